using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>Everything runs and calls do not arrive: a service leads nowhere, to the wrong port or by the wrong protocol, or a caller has the wrong address.</summary>
internal sealed partial class RoutingRule : CauseRule
{
    public override string Family => "routing";

    public override IEnumerable<Candidate> Look(Facts facts) => [.. facts.Cluster.Services.SelectMany(s => OfService(facts, s)), .. Addresses(facts), .. Refused(facts)];

    private static IEnumerable<Candidate> OfService(Facts facts, ClusterService service)
    {
        var space = service.Meta.Namespace;
        var behind = facts.LivePods.Where(p => p.Meta.Namespace == space && service.LeadsTo(p.Meta.Labels)).ToList();
        var meant = facts.Named(service.Meta.Name, space);
        if (!service.Selector.IsEmpty && behind.Count == 0)
        {
            // A workload whose pods would have the labels and that has none just now is another family's matter.
            if (!facts.Cluster.Workloads.Any(w => w.Meta.Namespace == space && service.LeadsTo(w.Selector)))
            {
                yield return Nowhere(facts, service, meant);
            }

            yield break;
        }

        foreach (var port in service.Ports)
        {
            if (WrongPort(facts, service, port, behind, meant) is { } wrong)
            {
                yield return wrong;
            }

            if (port.Protocol == "UDP" && OverTcp().IsMatch(port.Name))
            {
                yield return Of(facts, service, meant, "service-protocol-mismatch", Directness.Shows, $"offers {Name(port.Name)} over UDP, which is spoken over TCP", "set the port's protocol to TCP", Port(service, port));
            }
        }
    }

    private static Candidate Nowhere(Facts facts, ClusterService service, ObjectRef? meant)
    {
        var pods = meant is { } top ? facts.PodsOf(top).Take(1).Select(p => Field(p.Meta.Ref, "metadata.labels", Labels(p.Meta.Labels.Remove("pod-template-hash")))) : [];
        var runs = meant is { } known && facts.PodsOf(known).Any();
        return Of(facts, service, meant, "service-selector-unmatched", runs ? Directness.Shows : meant is null && !IsCalled(facts, service) ? Directness.Hints : Directness.Fits, "leads to no pod: none has the labels that it selects", "correct spec.selector of the service, or the labels of the pods' template",
            [Field(service.Meta.Ref, "spec.selector", Labels(service.Selector)), .. pods]);
    }

    private static bool IsCalled(Facts facts, ClusterService service) =>
        facts.Containers.Any(c => c.Container.Addresses.Values.Any(a => facts.Service(Address.HostOf(a), c.Pod.Meta.Namespace) == service));

    private static Candidate? WrongPort(Facts facts, ClusterService service, ServicePort port, List<Pod> behind, ObjectRef? meant)
    {
        var declared = behind.SelectMany(p => p.Containers.Where(c => !c.IsInit).SelectMany(c => c.Ports)).Distinct().ToList();
        return int.TryParse(port.Target, NumberStyles.None, CultureInfo.InvariantCulture, out var target) && declared.Count > 0 && !declared.Contains(target)
            ? Of(facts, service, meant ?? facts.Top(behind[0].Meta.Ref), "service-port-mismatch", Directness.Shows, string.Create(CultureInfo.InvariantCulture, $"sends to port {target}, which its pods do not have (they have {string.Join(", ", declared.Take(4))})"),
                "set targetPort to the port that the program listens on", [.. Port(service, port), Field(behind[0].Meta.Ref, "ports", string.Join(", ", declared))])
            : null;
    }

    private static Candidate Of(Facts facts, ClusterService service, ObjectRef? meant, string cause, Directness directness, string says, string change, ImmutableArray<Said> quotes) => new()
    {
        Cause = cause, About = service.Meta.Ref, Directness = directness, Quotes = quotes, Condition = "endpoints-empty", Says = $"the service {Name(service.Meta.Name)} {says}", Change = change,
        Affects = meant is { } top ? [top, .. facts.CallersOf(top)] : [],
        Confirm = "a call to the service's name fails, and one to a pod's own address and port works", Refute = "the pods do not answer at their own address either",
    };

    /// <summary>An address in a variable that names a service which is there by a port which it does not have, or a name that is a letter off.</summary>
    private static IEnumerable<Candidate> Addresses(Facts facts)
    {
        foreach (var (pod, container) in facts.Containers)
        {
            foreach (var (variable, value) in container.Addresses)
            {
                var (host, port) = Address.Parse(value);
                if (host.Length == 0 || facts.Service(host, pod.Meta.Namespace) is not { } service)
                {
                    continue;
                }

                if (port > 0 && !service.Ports.IsDefaultOrEmpty && service.Ports.All(p => p.Port != port))
                {
                    yield return Wrong(facts, pod, container, variable, value, string.Create(CultureInfo.InvariantCulture, $"on port {port}, where it has {string.Join(", ", service.Ports.Select(p => p.Port))}"), Directness.Shows, Ports(service));
                }
            }
        }
    }

    /// <summary>Programs that say that they cannot reach a host which no service has.</summary>
    private static IEnumerable<Candidate> Refused(Facts facts)
    {
        foreach (var (pod, container) in facts.Containers)
        {
            foreach (var (variable, value) in container.Addresses)
            {
                var host = Address.HostOf(value);
                if (host.Length > 0 && !host.Contains('.', StringComparison.Ordinal) && !host.All(char.IsAsciiDigit) && !facts.Cluster.Services.IsEmpty && facts.Service(host, pod.Meta.Namespace) is null && facts.Behind(host, pod.Meta.Namespace) is null
                    && facts.About(pod.Meta.Ref).FirstOrDefault(s => s.By == SaidBy.Log && s.Text.Contains(host, StringComparison.Ordinal) && Fails().IsMatch(s.Text)) is { } said)
                {
                    yield return Wrong(facts, pod, container, variable, value, "which no service has", Directness.States, [said]);
                }
            }
        }
    }

    private static Candidate Wrong(Facts facts, Pod pod, Container container, string variable, string value, string why, Directness directness, ImmutableArray<Said> quotes) => new()
    {
        Cause = "service-address-wrong", About = facts.Top(pod.Meta.Ref), Directness = directness, Condition = "",
        Quotes = [Field(pod.Meta.Ref, $"spec.containers[{container.Name}].env.{variable}", value), .. quotes],
        Says = $"{Name(facts.Top(pod.Meta.Ref))} is told to call {Name(value)} ({Name(variable)}) {why}", Change = $"correct {Name(variable)} in the pod's template",
        Confirm = "a call to that address from inside the pod fails", Refute = "the call works: something else makes the address good",
    };

    private static ImmutableArray<Said> Port(ClusterService service, ServicePort port) =>
        [Field(service.Meta.Ref, "spec.ports", $"{(port.Name.Length > 0 ? $"{port.Name} " : "")}{port.Port}/{port.Protocol} -> {port.Target}")];

    private static ImmutableArray<Said> Ports(ClusterService service) => [.. service.Ports.Take(2).SelectMany(p => Port(service, p))];

    private static string Labels(ImmutableDictionary<string, string> labels) => string.Join(", ", labels.OrderBy(l => l.Key, StringComparer.Ordinal).Take(6).Select(l => $"{l.Key}={l.Value}"));

    private static Said Field(ObjectRef about, string path, string value) => new(SaidBy.Field, $"{about}", about, path, $"{path}: {value}", null);

    /// <summary>Names of ports by which their protocol is known: what meshes read them by, too.</summary>
    [GeneratedRegex(@"^(?:tcp|http|https|http2|grpc|grpc-web|tls|redis|mysql|postgres|mongo|amqp|kafka)(?:-|$)", RegexOptions.CultureInvariant)]
    private static partial Regex OverTcp();

    [GeneratedRegex(@"(?i)no such host|not known|ENOTFOUND|unknown ?host|could not resolve|unavailable|refused|timed? ?out|unreachable|name resolution", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Fails();
}
