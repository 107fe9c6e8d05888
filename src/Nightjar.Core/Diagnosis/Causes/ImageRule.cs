using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>
/// The image does not come. The reasons of kubelet are few (ErrImagePull, ImagePullBackOff …); why, is said by the container runtime:
/// Docker's words (through dockershim, until 1.23) and containerd's.
/// </summary>
internal sealed partial class ImageRule : CauseRule
{
    private static readonly string[] Reasons = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "RegistryUnavailable", "ImageInspectError"];

    public override string Family => "start";

    public override IEnumerable<Candidate> Look(Facts facts) =>
        from c in facts.Containers
        let now = c.Container.Now
        where now is { Phase: ContainerPhase.Waiting } && Reasons.Contains(now.Reason)
        select Cause(facts, c.Pod, c.Container, now);

    private static Candidate Cause(Facts facts, Pod pod, Container container, ContainerStanding now)
    {
        var said = facts.About(pod.Meta.Ref).Where(s => s.Text.Contains(container.Image, StringComparison.Ordinal) || s.Key is "FailedToRetrieveImagePullSecret").ToList();
        var (cause, quote) = Known().Select(k => (k.Cause, Said: said.LastOrDefault(s => k.Words.IsMatch(s.Text)))).FirstOrDefault(k => k.Said is not null);
        cause ??= now.Reason switch { "InvalidImageName" => "image-name-invalid", "ErrImageNeverPull" => "image-not-on-node", "RegistryUnavailable" => "registry-unreachable", _ => "image-not-pulled" };
        var secret = said.LastOrDefault(s => s.Key == "FailedToRetrieveImagePullSecret");
        if (secret is not null && cause is "image-pull-denied" or "image-not-pulled")
        {
            (cause, quote) = ("image-pull-secret-missing", secret);
        }

        var top = facts.Top(pod.Meta.Ref);
        var before = Before(facts, top, container);
        if (before is not null && (IsTypo(Path(before.Text), Path(container.Image)) || (cause == "image-pull-denied" && pod.PullSecrets.IsDefaultOrEmpty && Path(before.Text) != Path(container.Image))))
        {
            // A registry hides what is not there from who may not ask, and one that cannot be reached says nothing: the change says more.
            cause = "image-not-found";
        }

        var (says, change, confirm) = Words(cause, container.Image, pod);
        var state = facts.About(pod.Meta.Ref).LastOrDefault(s => s.By == SaidBy.Status && s.Key == now.Reason) ?? new Said(SaidBy.Status, $"state of container {container.Name} of {pod.Meta.Ref}", pod.Meta.Ref, now.Reason, now.Reason, null);
        return new Candidate
        {
            Cause = cause, About = top, Condition = "image-pull", Directness = quote is not null || cause is "image-name-invalid" or "image-not-on-node" ? Directness.States : Directness.Hints,
            Says = $"{Name(top)} cannot get its image {Name(container.Image)}: {says}", Change = before is null ? change : $"{change}; before this rollout it was {Name(before.Text)}", Confirm = confirm, Refute = "the same image can be pulled on the node with the pod's own pull secrets",
            Quotes = [.. new[] { quote, state }.OfType<Said>(), new Said(SaidBy.Field, $"{pod.Meta.Ref}", pod.Meta.Ref, "image", $"spec.containers[{container.Name}].image: {container.Image}", null), .. before is null ? Array.Empty<Said>() : [before]],
            Since = quote?.At ?? pod.Meta.CreatedAt,
        };
    }

    /// <summary>The image of the same container in another revision of the workload.</summary>
    private static Said? Before(Facts facts, ObjectRef top, Container container) =>
        facts.Cluster.Workloads.Where(w => w.Meta.Ref.Kind == "ReplicaSet" && w.Meta.Owner == top).OrderByDescending(w => w.Meta.CreatedAt)
            .SelectMany(w => w.Template.Where(t => t.Name == container.Name && t.Image != container.Image).Select(t => new Said(SaidBy.Field, $"{w.Meta.Ref}, image of {t.Name}", w.Meta.Ref, "image", t.Image, null))).FirstOrDefault();

    /// <summary>Without tag and digest.</summary>
    private static string Path(string image)
    {
        var path = image.Split('@', 2)[0];
        var tag = path.LastIndexOf(':');
        return tag > path.LastIndexOf('/') ? path[..tag] : path;
    }

    /// <summary>One or two letters are added, left out, changed or swapped.</summary>
    private static bool IsTypo(string right, string wrong)
    {
        if (right == wrong || Math.Abs(right.Length - wrong.Length) > 2 || right.Length is < 4 or > 300)
        {
            return false;
        }

        var start = right.Zip(wrong).TakeWhile(p => p.First == p.Second).Count();
        var end = right.Skip(start).Reverse().Zip(wrong.Skip(start).Reverse()).TakeWhile(p => p.First == p.Second).Count();
        return Math.Max(right.Length, wrong.Length) - start - end <= 2;
    }

    /// <summary>In this order: a refusal of the registry's host by name looks like a refusal of access to whoever reads on.</summary>
    private static IEnumerable<(string Cause, Regex Words)> Known() =>
    [
        ("registry-unresolvable", Unresolved()), ("registry-rate-limited", Limited()), ("registry-unreachable", Unreached()), ("registry-untrusted", Untrusted()), ("image-platform-missing", Platform()),
        ("image-not-found", NotFound()), ("image-pull-denied", Denied()), ("image-name-invalid", Invalid()), ("image-not-on-node", Never()), ("node-disk-full", Full()),
    ];

    private static (string Says, string Change, string Confirm) Words(string cause, string image, Pod pod) => cause switch
    {
        "registry-unresolvable" => ("the registry's host name leads nowhere", "correct the registry in the image's name, or the name resolution of the nodes", "nslookup of the registry's host on the node fails"),
        "registry-rate-limited" => ("the registry takes no more pulls for now", "pull with an account, through a mirror, or keep the image on the nodes", "the registry's answer is 429"),
        "registry-unreachable" => ("the registry does not answer", "mend the way from the nodes to the registry, or name one that answers", "curl of the registry's /v2/ from the node does not answer"),
        "registry-untrusted" => ("the registry's certificate is not trusted by the node", "give the nodes the registry's authority, or the registry another certificate", "curl of the registry's /v2/ from the node fails at its certificate"),
        "image-platform-missing" => ("it was not built for the node's processor", "build it for the nodes' platform, or choose nodes of its own", "the image's manifest lists no such platform"),
        "image-not-found" => ("the registry has no such image or tag", $"correct the image (now {Name(image)}), or go back to the one that ran before", "the registry lists no such repository or tag"),
        "image-pull-denied" => ($"the registry does not give it to who asks, or has no such repository{(pod.PullSecrets.IsDefaultOrEmpty ? "; no pull secret is named" : "")}", pod.PullSecrets.IsDefaultOrEmpty ? "name a pull secret in spec.template.spec.imagePullSecrets, or correct the image's name" : "renew the pull secret, or correct the image's name", "the pull works with an account that may read the repository"),
        "image-pull-secret-missing" => ("the pull secret that it names is not there", "create the pull secret in the pod's namespace, or name the right one", "kubectl get secret does not list it"),
        "image-name-invalid" => ("that is no image's name", $"correct the image's name (now {Name(image)})", "the name has a character or a case that references may not have"),
        "image-not-on-node" => ("it may not be pulled (imagePullPolicy: Never) and is not on the node", "load the image onto the node, or let it be pulled", "the node's image list lacks it"),
        "node-disk-full" => ("the node's disk is full", "make room on the node", "df on the node"),
        _ => ("why, the runtime does not say", "see the runtime's log on the node", "a pull by hand on the node says more"),
    };

    [GeneratedRegex(@"no such host|server misbehaving|Temporary failure in name resolution|lookup [^ ]{1,253}(?: on [^ ]{1,60})?: (?:i/o timeout|no such host)", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Unresolved();

    [GeneratedRegex(@"toomanyrequests|Too Many Requests|429 ", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Limited();

    [GeneratedRegex(@"connection refused|i/o timeout|no route to host|network is unreachable|Client\.Timeout exceeded|context deadline exceeded|connection reset by peer|because the registry is unavailable|502 Bad Gateway|503 Service Unavailable", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Unreached();

    [GeneratedRegex(@"x509: |server gave HTTP response to HTTPS client", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Untrusted();

    [GeneratedRegex(@"no match for platform in manifest|no matching manifest for ", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Platform();

    [GeneratedRegex(@"manifest unknown|manifest for [^ ]{1,500} not found|: not found(?:$|[""',])|name unknown|repository [^ ]{1,300} not found|code = NotFound", RegexOptions.CultureInvariant, 500)]
    private static partial Regex NotFound();

    [GeneratedRegex(@"pull access denied|unauthorized|authorization failed|authentication required|no basic auth credentials|403 Forbidden|401 Unauthorized|insufficient_scope|denied: ", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Denied();

    [GeneratedRegex(@"couldn't parse image (?:reference|name)|invalid reference format", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Invalid();

    [GeneratedRegex(@"is not present with pull policy of Never", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Never();

    [GeneratedRegex(@"no space left on device", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Full();
}
