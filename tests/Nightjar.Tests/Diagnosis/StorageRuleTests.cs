using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Tests.Diagnosis;

public sealed class StorageRuleTests
{
    private static readonly ObjectRef Data = new("PersistentVolumeClaim", Shop.Space, "data");

    [Theory]
    [InlineData("claim-class-missing", "ProvisioningFailed", """storageclass.storage.k8s.io "fast" not found""")]
    [InlineData("volume-taken", "FailedBinding", """volume "pv1" already bound to a different claim.""")]
    [InlineData("claim-size-unmet", "VolumeMismatch", """Cannot bind to requested volume "pv1": requested PV is too small""")]
    [InlineData("claim-class-mismatch", "VolumeMismatch", """Cannot bind to requested volume "pv1": storageClassName does not match""")]
    [InlineData("claim-modes-unmet", "VolumeMismatch", """Cannot bind to requested volume "pv1": incompatible accessMode""")]
    [InlineData("claim-provisioning-failed", "ProvisioningFailed", """failed to provision volume with StorageClass "fast": rpc error: code = ResourceExhausted desc = no more disks""")]
    [InlineData("provisioner-silent", "ExternalProvisioning", """waiting for a volume to be created, either by external provisioner "csi.example" or manually created by system administrator""")]
    [InlineData("claim-unbound", "FailedBinding", "no persistent volumes available for this claim and no storage class is set")]
    public void Why_a_claim_is_not_bound_is_told_apart_and_explains_the_pod_that_waits(string cause, string reason, string said) =>
        Assert.Equal(Shop.Deployment("web"), new Shop().WithWaiting("web", "0/1 nodes are available: 1 pod has unbound immediate PersistentVolumeClaims.", p => p with { Needs = [Data] }).With(Pending()).Says(Data, reason, said).Named(cause).About);

    [Theory]
    [InlineData("claim-missing", "FailedScheduling", """0/1 nodes are available: 1 persistentvolumeclaim "data" not found.""")]
    [InlineData("claim-missing", "FailedScheduling", """persistentvolumeclaim "data" not found""")]
    [InlineData("volume-attached-elsewhere", "FailedAttachVolume", """Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can't be attached to another""")]
    [InlineData("volume-zone-conflict", "FailedScheduling", "0/3 nodes are available: 3 node(s) had volume node affinity conflict.")]
    [InlineData("mount-path-missing", "FailedMount", """MountVolume.SetUp failed for volume "logs" : hostPath type check failed: /var/app is not a directory""")]
    [InlineData("volume-mount-failed", "FailedMount", """MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32""")]
    public void Why_a_pod_waits_for_storage_is_told_apart(string cause, string reason, string said) =>
        new Shop().WithWaiting("web").Says(Shop.PodRef("web"), reason, said).Named(cause);

    /// <summary>The controller says of all of these only that no volume is available.</summary>
    [Theory]
    [InlineData("claim-size-unmet", "", "512Mi", "ReadWriteOnce", "Available", "")]
    [InlineData("claim-modes-unmet", "", "1Gi", "ReadOnlyMany", "Available", "")]
    [InlineData("claim-class-mismatch", "slow", "1Gi", "ReadWriteOnce", "Available", "")]
    [InlineData("volume-taken", "", "2Gi", "ReadWriteOnce", "Bound", "shop/other")]
    [InlineData("claim-selector-unmatched", "", "1Gi", "ReadWriteOnce", "Available", "")]
    public void The_volume_that_fits_but_for_one_thing_says_why_none_is_bound(string cause, string storageClass, string capacity, string mode, string phase, string holder)
    {
        var shop = new Shop().WithWaiting("web", "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.", p => p with { Needs = [Data] })
            .With(Pending() with { StorageClass = "" }).With(new Volume(new ObjectMeta { Ref = new ObjectRef("PersistentVolume", "", "pv1") }, phase, storageClass, capacity, [mode], holder, ""))
            .Says(Data, "FailedBinding", "no persistent volumes available for this claim and no storage class is set", "Normal");

        Assert.Contains(shop.Rank().QuotesOf(shop.Named(cause)), q => q.Source.EndsWith("pv1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_claim_that_waits_for_its_first_pod_is_not_late() =>
        Assert.DoesNotContain(new Shop().With("web").With(Pending()).Says(Data, "WaitForFirstConsumer", "waiting for first consumer to be created before binding", "Normal").Rank().Causes, c => c.Confidence >= 0.5);

    private static Claim Pending() => new(new ObjectMeta { Ref = Data, CreatedAt = Shop.Now.AddMinutes(-5) }, "Pending", "", "fast", "1Gi", ["ReadWriteOnce"]);
}
