using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>
/// The API server does not let the pods be: no pod ever appears that could say so. Its words come as events of whoever makes the pods
/// (FailedCreate) and as the condition ReplicaFailure; they are those of the admission plug-ins (ResourceQuota, ServiceAccount, LimitRanger,
/// PodSecurity, webhooks), the same since 1.20 but where a test says so.
/// </summary>
internal sealed partial class AdmissionRule : CauseRule
{
    public override string Family => "admission";

    public override IEnumerable<Candidate> Look(Facts facts) => [.. Refused(facts), .. Services(facts), .. Storage(facts)];

    private static IEnumerable<Candidate> Refused(Facts facts) =>
        from said in facts.Words
        where said.By is SaidBy.Event or SaidBy.Status && said.Text.Contains("forbidden", StringComparison.Ordinal) | said.Text.Contains("webhook", StringComparison.Ordinal)
        where !facts.HasItsPods(said.About)
        let cause = Cause(said, facts.Top(said.About))
        where cause is not null
        group (Said: said, Cause: cause) by said.About into told
        // Controllers try again: what was said last is what is in the way now.
        from one in told.Where(t => t.Cause.Cause == told.Last().Cause.Cause)
        select one.Cause with { Quotes = [one.Said], Since = one.Said.At, Affects = [facts.Top(one.Said.About)] };

    /// <summary>A claim that was refused leaves no event where a person, and no controller, made it.</summary>
    private static IEnumerable<Candidate> Storage(Facts facts) =>
        from said in facts.Words
        where said.By is SaidBy.Event or SaidBy.Status && MissingClaim().IsMatch(said.Text) && facts.Cluster.Pod(said.About) is { Node: "" }
        from quota in facts.Cluster.Quotas
        let key = quota.Hard.Keys.FirstOrDefault(k => Kind(k) == "storage")
        where quota.Meta.Namespace == said.About.Namespace && key is not null
        select new Candidate
        {
            Cause = "quota-storage", About = quota.Meta.Ref, Directness = Directness.Fits, Condition = "quota-refused", Affects = [facts.Top(said.About)], Since = said.At,
            Quotes = [said, new Said(SaidBy.Field, $"{quota.Meta.Ref}", quota.Meta.Ref, key, $"{key}: {quota.Used.GetValueOrDefault(key)} of {quota.Hard[key]} used", null)],
            Says = $"the claim of {Name(facts.Top(said.About))} is not there, and the quota {Name(quota.Meta.Name)} bounds storage: it may have been refused", Change = $"apply the claim again and see what is said; raise the quota {Name(quota.Meta.Name)}, or ask for less",
            Confirm = "kubectl apply of the claim is refused with exceeded quota", Refute = "the claim is made when it is applied",
        };

    /// <summary>A service that is refused leaves no event: a full quota, and an address of a service that is not there.</summary>
    private static IEnumerable<Candidate> Services(Facts facts) =>
        from quota in facts.Cluster.Quotas
        from key in new[] { "services", "count/services" }
        where quota.Hard.TryGetValue(key, out var hard) && quota.Used.TryGetValue(key, out var used) && Quantity.Read(used) >= Quantity.Read(hard)
        from c in facts.Containers
        where c.Pod.Meta.Namespace == quota.Meta.Namespace
        from address in c.Container.Addresses
        let host = Address.HostOf(address.Value)
        where host.Length > 0 && facts.Named(host, c.Pod.Meta.Namespace) is not null && facts.Service(host, c.Pod.Meta.Namespace) is null
        select new Candidate
        {
            Cause = "quota-services", About = quota.Meta.Ref, Directness = Directness.Shows, Condition = "quota-refused", Affects = [facts.Top(c.Pod.Meta.Ref), .. facts.Named(host, c.Pod.Meta.Namespace) is { } named ? [named] : Array.Empty<ObjectRef>()],
            Quotes = [new Said(SaidBy.Field, $"{quota.Meta.Ref}", quota.Meta.Ref, key, $"{key}: {quota.Used[key]} of {quota.Hard[key]} used", null), new Said(SaidBy.Field, $"{c.Pod.Meta.Ref}", c.Pod.Meta.Ref, "env", $"env {address.Key}: {address.Value}", null)],
            Says = $"the quota {Name(quota.Meta.Name)} of the namespace is used up for services, and the service {Name(host)} is not there", Change = $"raise the quota {Name(quota.Meta.Name)}, or delete a service that nobody needs, and apply the missing one",
            Confirm = "kubectl apply of the service is refused with exceeded quota", Refute = "the service is made when it is applied",
        };

    private static Candidate? Cause(Said said, ObjectRef top)
    {
        if (Quota().Match(said.Text) is { Success: true } quota)
        {
            return OfQuota(quota, said.About.Namespace, top);
        }

        if (Account().Match(said.Text) is { Success: true } account)
        {
            return new Candidate
            {
                Cause = "service-account-missing", About = top, Directness = Directness.States, Quotes = [], Condition = "replica-failure",
                Says = $"{Name(top)} gets no pods: its service account {Name(account.Groups[1].Value)} is not there",
                Change = $"create the service account {Name(account.Groups[1].Value)}, or name an existing one in spec.template.spec.serviceAccountName",
                Confirm = "kubectl get serviceaccount does not list it", Refute = "it is listed, and a new pod is made all the same",
            };
        }

        return Other(said, top);
    }

    private static Candidate OfQuota(Match quota, string space, ObjectRef top)
    {
        var (name, requested) = (quota.Groups["quota"].Value, quota.Groups["what"].Value);
        var of = Kind(requested);
        var isUnset = quota.Groups["unset"].Success;
        return new Candidate
        {
            Cause = isUnset ? "quota-needs-limits" : $"quota-{of}", About = new ObjectRef("ResourceQuota", space, name), Directness = Directness.States, Quotes = [], Condition = "quota-refused",
            Says = isUnset
                ? $"the quota {Name(name)} takes only pods that say how much they need, and those of {Name(top)} do not"
                : $"the quota {Name(name)} of the namespace is used up for {of}: {Name(top)} gets no more",
            Change = isUnset ? "set requests and limits in the pod's template" : $"raise the quota {Name(name)}, or let something in the namespace ask for less",
            Confirm = $"kubectl describe resourcequota {Name(name)}: what is used and what is asked for is more than the limit", Refute = "the quota has room, and pods are refused all the same",
        };
    }

    /// <summary>Only what is exceeded is listed after "requested".</summary>
    private static string Kind(string requested) => requested switch
    {
        _ when requested.Contains("storage", StringComparison.Ordinal) && !requested.Contains("ephemeral", StringComparison.Ordinal) || requested.StartsWith("persistentvolumeclaims", StringComparison.Ordinal) => "storage",
        _ when requested.StartsWith("cpu", StringComparison.Ordinal) || requested.Contains(".cpu", StringComparison.Ordinal) => "cpu",
        _ when requested.StartsWith("memory", StringComparison.Ordinal) || requested.Contains(".memory", StringComparison.Ordinal) => "memory",
        _ when requested.StartsWith("pods", StringComparison.Ordinal) || requested.StartsWith("count/pods", StringComparison.Ordinal) => "pods",
        _ when requested.Contains("services", StringComparison.Ordinal) => "services",
        _ => "objects",
    };

    private static Candidate? Other(Said said, ObjectRef top)
    {
        (string Cause, string Says, string Change)? found = said.Text switch
        {
            _ when Range().Match(said.Text) is { Success: true } range => ("limit-range-violated", $"a limit range of the namespace refuses what the pods of {Name(top)} ask for: {Name(range.Value)}", "bring requests and limits into the range, or change the LimitRange"),
            _ when said.Text.Contains("violates PodSecurity", StringComparison.Ordinal) || said.Text.Contains("unable to validate against any pod security policy", StringComparison.Ordinal) || said.Text.Contains("PodSecurityPolicy: unable to admit pod", StringComparison.Ordinal)
                => ("pod-security-refused", $"the security policy of the namespace does not allow the pods of {Name(top)}", "give the pods a security context that the policy allows"),
            _ when Denied().Match(said.Text) is { Success: true } denied => ("webhook-refused", $"the admission webhook {Name(denied.Groups[1].Value)} refuses the pods of {Name(top)}", "do what the webhook asks for, or change its rule"),
            _ when Unreached().Match(said.Text) is { Success: true } unreached => ("webhook-unreachable", $"the admission webhook {Name(unreached.Groups[1].Value)} does not answer, so {Name(top)} gets no pods", "mend the webhook's service, or set its failurePolicy to Ignore"),
            _ => null,
        };
        return found is not var (cause, says, change) ? null : new Candidate
        {
            Cause = cause, About = top, Directness = Directness.States, Quotes = [], Says = says, Change = change, Condition = "replica-failure",
            Confirm = "the same words come when the pod is applied by hand with --dry-run=server", Refute = "the dry run is accepted",
        };
    }

    /// <summary>Before 1.24 what must be specified was listed without its containers.</summary>
    [GeneratedRegex(@"(?:exceeded quota: (?<quota>[^,]{1,253}), requested: (?<what>[^ ]{1,500}), used: |(?<unset>failed) quota: (?<quota>[^:]{1,253}): must specify (?<what>.{1,200}))", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Quota();

    [GeneratedRegex(@"persistentvolumeclaim ""[^""]{1,253}"" not found", RegexOptions.CultureInvariant, 500)]
    private static partial Regex MissingClaim();

    [GeneratedRegex(@"error looking up service account [^/ ]{1,253}/([^: ]{1,253}): ", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Account();

    [GeneratedRegex(@"(?:minimum|maximum) \S{1,60} usage per \S{1,40} is \S{1,40}?, but (?:request|limit) is \S{1,40}?(?=[,.\]]|$)|(?:minimum|maximum) \S{1,60} usage per \S{1,40} is \S{1,40}\.\s+No (?:request|limit) is specified", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Range();

    [GeneratedRegex(@"admission webhook ""([^""]{1,253})"" denied the request", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Denied();

    [GeneratedRegex(@"failed calling webhook ""([^""]{1,253})""", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Unreached();
}
