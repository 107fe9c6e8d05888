using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Tests.Diagnosis;

public sealed class AdmissionRuleTests
{
    [Theory]
    [InlineData("quota-cpu", """Error creating: pods "web-5d4f8-q8x7t" is forbidden: exceeded quota: compute, requested: limits.cpu=1, used: limits.cpu=2, limited: limits.cpu=2""")]
    [InlineData("quota-cpu", """Error creating: pods "web-5d4f8-q8x7t" is forbidden: exceeded quota: compute, requested: cpu=500m, used: cpu=2, limited: cpu=2""")]
    [InlineData("quota-memory", """Error creating: pods "web-5d4f8-q8x7t" is forbidden: exceeded quota: compute, requested: requests.memory=1Gi, used: requests.memory=2Gi, limited: requests.memory=2Gi""")]
    [InlineData("quota-pods", """Error creating: pods "web-5d4f8-q8x7t" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=1, limited: pods=1""")]
    [InlineData("quota-services", """services "cart" is forbidden: exceeded quota: compute, requested: services=1, used: services=10, limited: services=10""")]
    [InlineData("quota-storage", """create Claim data-web-0 for Pod web-0 in StatefulSet web failed error: persistentvolumeclaims "data-web-0" is forbidden: exceeded quota: compute, requested: requests.storage=10Gi, used: requests.storage=20Gi, limited: requests.storage=25Gi""")]
    [InlineData("quota-storage", """persistentvolumeclaims "d" is forbidden: exceeded quota: compute, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=2, limited: persistentvolumeclaims=2""")]
    public void A_quota_that_is_used_up_is_named_by_what_it_is_used_up_for(string cause, string said)
    {
        var named = new Shop().With("web", wanted: 2, hasPod: false).Says(Shop.ReplicaSet("web"), "FailedCreate", said).Named(cause);

        Assert.Equal(new ObjectRef("ResourceQuota", Shop.Space, "compute"), named.About);
        Assert.Contains(Shop.Deployment("web"), named.Affects);
        Assert.True(named.Confidence >= 0.8);
    }

    /// <summary>Until 1.23 what must be specified, from 1.24 for which container too.</summary>
    [Theory]
    [InlineData("""Error creating: pods "web-5d4f8-h2k4s" is forbidden: failed quota: compute: must specify limits.cpu,limits.memory""")]
    [InlineData("""Error creating: pods "web-5d4f8-h2k4s" is forbidden: failed quota: compute: must specify limits.cpu for: app; limits.memory for: app""")]
    public void A_quota_that_wants_limits_is_told_from_one_that_is_used_up(string said) =>
        new Shop().With("web", hasPod: false).Says(Shop.ReplicaSet("web"), "FailedCreate", said).Named("quota-needs-limits");

    [Theory]
    [InlineData("service-account-missing", """Error creating: pods "web-5d4f8-" is forbidden: error looking up service account shop/nobody: serviceaccount "nobody" not found""")]
    [InlineData("limit-range-violated", """Error creating: pods "web-5d4f8-kk2ws" is forbidden: maximum cpu usage per Container is 1, but limit is 2""")]
    [InlineData("limit-range-violated", """Error creating: pods "web-5d4f8-kk2ws" is forbidden: minimum memory usage per Container is 64Mi, but request is 32Mi""")]
    [InlineData("pod-security-refused", """Error creating: pods "web-5d4f8-kk2ws" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false)""")]
    [InlineData("pod-security-refused", """Error creating: pods "web-5d4f8-" is forbidden: unable to validate against any pod security policy: []""")]
    [InlineData("webhook-refused", """Error creating: admission webhook "validate.kyverno.svc-fail" denied the request: policy Pod/shop/web for resource violation""")]
    [InlineData("webhook-unreachable", """Error creating: Internal error occurred: failed calling webhook "sidecar-injector.istio.io": Post "https://istiod.istio-system.svc:443/inject?timeout=10s": dial tcp 10.96.1.2:443: connect: connection refused""")]
    public void Who_refuses_the_pods_is_named(string cause, string said) =>
        Assert.Equal(Shop.Deployment("web"), new Shop().With("web", hasPod: false).Says(Shop.ReplicaSet("web"), "FailedCreate", said).Named(cause).About);

    [Fact]
    public void What_was_said_last_is_what_is_in_the_way() =>
        Assert.DoesNotContain(new Shop().With("web", hasPod: false)
            .Says(Shop.ReplicaSet("web"), "FailedCreate", """Error creating: pods "web-5d4f8-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found""")
            .Says(Shop.ReplicaSet("web"), "FailedCreate", """Error creating: pods "web-5d4f8-q8x7t" is forbidden: exceeded quota: compute, requested: cpu=1, used: cpu=2, limited: cpu=2""").Rank().Causes, c => c.Cause == "service-account-missing");

    [Fact]
    public void A_refusal_that_is_over_is_no_cause()
    {
        const string said = """Error creating: pods "web-5d4f8-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found""";

        Assert.Empty(new Shop().With("web").Says(Shop.ReplicaSet("web"), "FailedCreate", said).Rank().Causes);
    }
}
