using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>A container refers to a secret, a config map or a key of one that is not there; kubelet says which (CreateContainerConfigError, FailedMount).</summary>
internal sealed partial class ReferenceRule : CauseRule
{
    public override string Family => "start";

    public override IEnumerable<Candidate> Look(Facts facts) =>
        from pod in facts.LivePods
        where !pod.IsReady
        from said in facts.About(pod.Meta.Ref)
        where said.By is SaidBy.Event or SaidBy.Status
        let cause = Cause(facts.Top(pod.Meta.Ref), said)
        where cause is not null
        select cause with { Since = said.At ?? pod.Meta.CreatedAt };

    private static Candidate? Cause(ObjectRef top, Said said)
    {
        if (Key().Match(said.Text) is { Success: true } key)
        {
            var (what, of) = (key.Groups[1].Value, key.Groups[2].Value is { Length: > 0 } kind ? kind : "ConfigMap");
            return Of(top, said, of == "Secret" ? "secret-key-missing" : "config-map-key-missing", $"the {Kind(of)} {Name(key.Groups[3].Value)} has no key {Name(what)}", $"add the key {Name(what)} to the {Kind(of)} {Name(key.Groups[3].Value)}, or refer to one that it has");
        }

        if (Missing().Match(said.Text) is { Success: true } missing)
        {
            var of = missing.Groups[1].Value;
            return Of(top, said, of is "secret" ? "secret-missing" : "config-map-missing", $"the {(of is "secret" ? "secret" : "config map")} {Name(missing.Groups[2].Value)} is not there", $"create it in the namespace {Name(top.Namespace)}, or correct the name in the pod's template");
        }

        return null;
    }

    private static string Kind(string of) => of == "Secret" ? "secret" : "config map";

    private static Candidate Of(ObjectRef top, Said said, string cause, string says, string change) => new()
    {
        Cause = cause, About = top, Directness = Directness.States, Quotes = [said], Condition = "container-config",
        Says = $"{Name(top)} cannot start: {says}", Change = change,
        Confirm = "kubectl describe of what is referred to lacks it", Refute = "it is there since before the last try of the kubelet",
    };

    /// <summary><c>couldn't find key A in ConfigMap ns/b</c> for variables, <c>references non-existent config key: A</c> for volumes.</summary>
    [GeneratedRegex(@"couldn't find key (\S{1,253}) in (ConfigMap|Secret) [^/ ]{1,253}/(\S{1,253})|references non-existent (?:config|secret) key: (\S{1,253})", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Key();

    [GeneratedRegex(@"\b(secret|configmap) ""([^""]{1,253})"" not found", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Missing();
}
