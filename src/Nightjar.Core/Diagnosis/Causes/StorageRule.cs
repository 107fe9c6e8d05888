using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>
/// Storage that a pod waits for: a claim that is not there or finds no volume, a volume that cannot be attached or mounted. The volume
/// controller says some of it (FailedBinding, VolumeMismatch, ProvisioningFailed), kubelet the rest (FailedMount, FailedAttachVolume).
/// </summary>
internal sealed partial class StorageRule : CauseRule
{
    public override string Family => "storage";

    public override IEnumerable<Candidate> Look(Facts facts) => [.. Claims(facts), .. Pods(facts)];

    private static IEnumerable<Candidate> Claims(Facts facts)
    {
        foreach (var claim in facts.Cluster.Claims.Where(c => c.Phase is "Pending" or "Lost"))
        {
            var users = facts.LivePods.Where(p => p.Meta.Namespace == claim.Meta.Namespace && p.Needs.Contains(claim.Meta.Ref)).Select(p => facts.Top(p.Meta.Ref)).Distinct().ToList();
            var (cause, directness, quotes, since) = Why(facts, claim);
            var (says, change) = Words(cause);
            var owner = users is [var only] ? only : claim.Meta.Ref;
            yield return new Candidate
            {
                Cause = cause, About = owner, Affects = [.. users], Since = since, Condition = claim.Phase == "Lost" ? "claim-lost" : "claim-unbound", Directness = directness,
                Quotes = [.. quotes, Field(claim, "spec", $"storageClassName: {Class(claim.StorageClass)}, accessModes: {string.Join(", ", claim.Modes)}, requests.storage: {claim.Wants}"), Field(claim, "status.phase", $"status.phase: {claim.Phase}")],
                Says = $"the claim {Name(claim.Meta.Name)}{(owner == claim.Meta.Ref ? "" : $" of {Name(owner)}")} {says}", Change = change,
                Confirm = "kubectl describe pvc and kubectl get pv show it", Refute = "the claim is bound, and the pod waits all the same",
            };
        }
    }

    private static (string Cause, Directness Directness, ImmutableArray<Said> Quotes, DateTimeOffset? Since) Why(Facts facts, Claim claim)
    {
        var said = facts.About(claim.Meta.Ref).Where(s => s.By == SaidBy.Event).ToList();
        if (said.Select(s => (Cause: Kind(s), Said: s)).LastOrDefault(k => k.Cause is not null) is { Cause: { } stated, Said: { } quote })
        {
            return (stated, Directness.States, [quote], quote.At);
        }

        ImmutableArray<Said> last = [.. said.TakeLast(1)];
        if (claim.Phase == "Lost")
        {
            return ("volume-lost", Directness.States, last, claim.Meta.CreatedAt);
        }

        return !said.Exists(s => s.Key == "WaitForFirstConsumer") && Nearest(facts, claim) is (var cause, var volume) ? (cause, Directness.Shows, [.. last, volume], claim.Meta.CreatedAt)
            : ("claim-unbound", said.Exists(s => s.Key == "WaitForFirstConsumer") ? Directness.Hints : Directness.Fits, last, claim.Meta.CreatedAt);
    }

    private static Said Field(Claim claim, string path, string text) => new(SaidBy.Field, $"{claim.Meta.Ref}", claim.Meta.Ref, path, text, claim.Meta.CreatedAt);

    private static string Class(string name) => name.Length > 0 ? name : "(none)";

    /// <summary>
    /// The controller says only that no volume fits. The one that fits but for one thing says why; one that fits in all that is seen here is left
    /// out by the claim's own selector.
    /// </summary>
    private static (string Cause, Said Volume)? Nearest(Facts facts, Claim claim)
    {
        if (claim.Wants.Length == 0 && (facts.Cluster.Volumes.IsEmpty || facts.Cluster.Volumes.Any(v => v.StorageClass == claim.StorageClass && v.Phase == "Available")))
        {
            // Where it is not known what the claim asks for, a volume that is free may or may not fit.
            return null;
        }

        var misses = facts.Cluster.Volumes.Select(v => (Volume: v, Why: Misses(claim, v).ToList())).Where(m => m.Why.Count <= 1).OrderBy(m => m.Why.Count).ThenBy(m => m.Volume.Phase != "Available").ToList();
        return misses is not [var nearest, ..] ? null
            : (nearest.Why.Count == 0 ? "claim-selector-unmatched" : nearest.Why[0], new Said(SaidBy.Field, $"{nearest.Volume.Meta.Ref}", nearest.Volume.Meta.Ref, "spec", $"storageClassName: {Class(nearest.Volume.StorageClass)}, accessModes: {string.Join(", ", nearest.Volume.Modes)}, capacity.storage: {nearest.Volume.Capacity}, {nearest.Volume.Phase}{(nearest.Volume.Claim.Length > 0 ? $" to {nearest.Volume.Claim}" : "")}", null));
    }

    private static IEnumerable<string> Misses(Claim claim, Volume volume)
    {
        if (volume.StorageClass != claim.StorageClass)
        {
            yield return "claim-class-mismatch";
        }

        if (Quantity.Read(volume.Capacity) < Quantity.Read(claim.Wants))
        {
            yield return "claim-size-unmet";
        }

        if (claim.Modes.Except(volume.Modes).Any())
        {
            yield return "claim-modes-unmet";
        }

        if (volume.Phase is "Bound" or "Released" && volume.Claim != $"{claim.Meta.Namespace}/{claim.Meta.Name}")
        {
            yield return "volume-taken";
        }
    }

    private static string? Kind(Said said) => said.Text switch
    {
        _ when said.Key == "WaitForFirstConsumer" => null,
        _ when ClassMissing().IsMatch(said.Text) => "claim-class-missing",
        _ when said.Text.Contains("already bound to a different claim", StringComparison.Ordinal) || said.Text.Contains("already bound to other claim", StringComparison.Ordinal) => "volume-taken",
        _ when said.Text.Contains("requested PV is too small", StringComparison.Ordinal) => "claim-size-unmet",
        _ when said.Text.Contains("storageClassName does not match", StringComparison.Ordinal) => "claim-class-mismatch",
        _ when said.Text.Contains("incompatible accessMode", StringComparison.Ordinal) || said.Text.Contains("incompatible volumeMode", StringComparison.Ordinal) => "claim-modes-unmet",
        _ when said.Key == "ProvisioningFailed" => "claim-provisioning-failed",
        _ when said.Key == "ExternalProvisioning" => "provisioner-silent",
        _ => null,
    };

    private static (string Says, string Change) Words(string cause) => cause switch
    {
        "claim-class-missing" => ("asks for a storage class that is not there", "create the storage class, or name one that is there in a new claim"),
        "claim-class-mismatch" => ("and the volume that it is to have are of different storage classes", "give both the same storageClassName"),
        "claim-size-unmet" => ("asks for more than any volume has that it could take", "ask for less, or make a larger volume"),
        "claim-modes-unmet" => ("asks for access modes that no volume has that it could take", "ask for a mode that the volume offers"),
        "claim-selector-unmatched" => ("selects volumes by labels that none has", "correct the claim's selector, or label the volume"),
        "volume-taken" => ("is to have a volume that another claim has", "give it another volume, or free that one (its claimRef)"),
        "claim-provisioning-failed" => ("could not be given a volume by its provisioner", "mend what the provisioner says"),
        "provisioner-silent" => ("waits for a provisioner that does nothing", "start the provisioner of its storage class"),
        "volume-lost" => ("has lost its volume", "restore the volume, or make a new claim from a backup"),
        _ => ("finds no volume", "make a volume that it fits, or name a storage class that makes one"),
    };

    private static IEnumerable<Candidate> Pods(Facts facts) =>
        from pod in facts.LivePods
        where !pod.IsReady
        from said in facts.About(pod.Meta.Ref)
        where said.By is SaidBy.Event or SaidBy.Status
        let top = facts.Top(pod.Meta.Ref)
        let found = Mount(said, top)
        where found is not null
        select found with { Quotes = [said], Since = said.At ?? pod.Meta.CreatedAt };

    private static Candidate? Mount(Said said, ObjectRef top)
    {
        (string Cause, string Says, string Change)? found = said.Text switch
        {
            var t when NoClaim().Match(t) is { Success: true } claim => ("claim-missing", $"the claim {Name(claim.Groups[1].Value)} is not there", "create the claim, or correct its name in the pod's template"),
            var t when t.Contains("Multi-Attach error", StringComparison.Ordinal) => ("volume-attached-elsewhere", "its volume is attached to another node still", "end the pod that has it there (a rolling update of a workload with such a volume needs strategy Recreate)"),
            var t when t.Contains("volume node affinity conflict", StringComparison.Ordinal) => ("volume-zone-conflict", "its volume is where no node is that would take it", "let it run in the zone of its volume, or use storage of all zones"),
            var t when t.Contains("didn't find available persistent volumes to bind", StringComparison.Ordinal) => ("claim-unbound", "no node has a volume that its claim could take", "make a volume that the claim fits"),
            var t when said.Key == "FailedMount" && t.Contains("hostPath type check failed", StringComparison.Ordinal) => ("mount-path-missing", "the path of the host that it mounts is not there, or of another kind", "make the path on the node, or use type DirectoryOrCreate"),
            var t when said.Key == "FailedMount" && Refused().IsMatch(t) => ("volume-permission-denied", "the volume may not be mounted", "give the node access to what the volume is on"),
            var t when said.Key is "FailedMount" or "FailedAttachVolume" && t.Contains("MountVolume", StringComparison.Ordinal) && !Reference().IsMatch(t) => ("volume-mount-failed", "its volume cannot be mounted", "mend what the mount says"),
            _ => null,
        };
        return found is not var (cause, says, change) ? null : new Candidate
        {
            Cause = cause, About = top, Directness = Directness.States, Quotes = [], Condition = "stuck-creating", Says = $"{Name(top)} waits for its storage: {says}", Change = change,
            Confirm = "kubectl describe pod says the same now", Refute = "the volume is mounted, and the pod waits all the same",
        };
    }

    [GeneratedRegex(@"storageclass(?:\.storage\.k8s\.io)? ""[^""]{1,253}"" not found", RegexOptions.CultureInvariant, 500)]
    private static partial Regex ClassMissing();

    [GeneratedRegex(@"persistentvolumeclaim ""([^""]{1,253})"" not found", RegexOptions.CultureInvariant, 500)]
    private static partial Regex NoClaim();

    [GeneratedRegex(@"access denied by server|Permission denied|permission denied", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Refused();

    /// <summary>What is missing there is a secret or a config map: another family's matter.</summary>
    [GeneratedRegex(@"(?:secret|configmap) ""[^""]{1,253}"" not found|references non-existent", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Reference();
}
