using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>
/// The probe itself is wrong (its port, its protocol, its path, its timing), or what it asks is ill. Kubelet quotes what its probe was told
/// (Unhealthy): Go's network errors, and grpc_health_probe's words for gRPC. A failing startup or readiness probe of a container that has since
/// become ready is no cause of anything.
/// </summary>
internal sealed partial class ProbeRule : CauseRule
{
    /// <summary>A program that starts slowly needs longer than this, and one that does not need it is well by then.</summary>
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    public override string Family => "probe";

    public override IEnumerable<Candidate> Look(Facts facts) =>
        from pod in facts.LivePods
        from said in facts.About(pod.Meta.Ref)
        where said.By == SaidBy.Event && said.Key == "Unhealthy"
        let kind = Kind().Match(said.Text) is { Success: true } match ? match.Groups[1].Value.ToLowerInvariant() : ""
        where kind.Length > 0
        let container = Probed(pod, kind)
        where container is not null && IsIll(facts, pod, container, kind)
        select Cause(facts, pod, container, kind, said);

    private static Container? Probed(Pod pod, string kind) =>
        pod.Containers.Where(c => !c.IsInit && ProbeOf(c, kind) is not null).OrderBy(c => c.IsReady).ThenByDescending(c => c.Restarts).FirstOrDefault();

    private static ContainerProbe? ProbeOf(Container container, string kind) => kind switch { "liveness" => container.Liveness, "readiness" => container.Readiness, _ => container.Startup };

    /// <summary>Readiness: it is not ready. The others: the container was ended for it, or is about to be.</summary>
    private static bool IsIll(Facts facts, Pod pod, Container container, string kind) =>
        kind == "readiness" ? !container.IsReady && container.Now is { Phase: ContainerPhase.Running } : container.Restarts > 0 && facts.BadEnd(container) is not { Reason: "OOMKilled" } || facts.About(pod.Meta.Ref).Any(s => s.Key == "Killing" && s.Text.Contains($"failed {kind} probe", StringComparison.Ordinal));

    private static Candidate Cause(Facts facts, Pod pod, Container container, string kind, Said said)
    {
        var probe = ProbeOf(container, kind) ?? new ContainerProbe("", "", "", 0, 10, 1, 3);
        var top = facts.Top(pod.Meta.Ref);
        var (cause, says, change, directness) = Judge(facts, pod, container, probe, kind, said);
        return new Candidate
        {
            Cause = $"{kind}-probe-{cause}", About = top, Directness = directness, Since = said.At, Condition = kind == "readiness" ? "not-ready" : "crash-loop",
            Quotes = [said, Setting(pod, container, probe, kind), .. Ports(pod, container)],
            Says = $"the {kind} probe of {Name(top)} {says}", Change = change,
            Confirm = cause is "wrong-port" or "wrong-protocol" or "wrong-path" ? "asked at the right place from inside the pod, the program answers" : "the program answers later, or more slowly, than the probe waits",
            Refute = "the program does not answer there from inside the pod either: then it is the program that is ill",
        };
    }

    private static (string Cause, string Says, string Change, Directness Directness) Judge(Facts facts, Pod pod, Container container, ContainerProbe probe, string kind, Said said) => said.Text switch
    {
        var t when Protocol().IsMatch(t) => ("wrong-protocol", $"speaks {probe.Kind} to a port where the program speaks something else", $"probe it as what it speaks ({(probe.Kind == "http" ? "grpc or tcp, or https with scheme: HTTPS" : "http or tcp")})", Directness.States),
        var t when NotThere().IsMatch(t) => ("wrong-path", $"asks for {Name(probe.Path)}, which the program does not have", "correct the probe's path", Directness.Shows),
        var t when Refused().IsMatch(t) => Nobody(facts, pod, container, probe, kind),
        var t when Late().IsMatch(t) => Slow(container, probe, kind),
        _ => ("failing", "is answered, but not well", "see the program's log for what it checks", Directness.Fits),
    };

    private static (string Cause, string Says, string Change, Directness Directness) Nobody(Facts facts, Pod pod, Container container, ContainerProbe probe, string kind)
    {
        var (port, isDeclared) = Port(container, probe);
        var listens = Listens(facts, pod, container);
        var others = listens.Where(l => l != port).ToList();
        var isElsewhere = port > 0 && ((!isDeclared && !container.Ports.IsEmpty) || (others.Count > 0 && !listens.Contains(port)));
        // Another probe of the same container on another port is well: the program runs and listens there.
        var hasOther = new[] { container.Liveness, container.Readiness }.Any(p => p is not null && p != probe && Port(container, p).Port is > 0 and var o && o != port);
        if (isElsewhere || (hasOther && facts.Now - (container.Now?.StartedAt ?? facts.Now) > StartTime && container.Restarts == 0))
        {
            var instead = others.Count > 0 ? $"; the program listens on {others[0]}" : container.Ports.IsEmpty ? "" : $"; the container has port {container.Ports[0]}";
            return ("wrong-port", $"asks port {port}, where nothing listens{instead}", "set the probe's port to the one that the program listens on", others.Count > 0 ? Directness.States : Directness.Shows);
        }

        return kind != "readiness" && IsEarly(probe)
            ? ("too-early", $"begins after {probe.DelaySeconds} s and gives up after {probe.PeriodSeconds * probe.Failures} s more, before the program listens", "give it a startup probe, or a longer initialDelaySeconds", Directness.Fits)
            : ("refused", $"finds nothing that listens on port {port}", "find out why the program does not listen (its log), or correct the port", Directness.Hints);
    }

    private static (string Cause, string Says, string Change, Directness Directness) Slow(Container container, ContainerProbe probe, string kind)
    {
        var (port, isDeclared) = Port(container, probe);
        return !isDeclared && port > 0 && !container.Ports.IsEmpty
            ? ("wrong-port", $"asks port {port}, which the container does not have (it has {container.Ports[0]})", "set the probe's port to the one that the program listens on", Directness.Shows)
            : IsEarly(probe) && kind != "readiness" ? ("too-early", $"begins after {probe.DelaySeconds} s, waits {probe.TimeoutSeconds} s for an answer and gives up after {probe.Failures} of them", "give it more time: a startup probe, a longer timeoutSeconds", Directness.Fits)
            : ("too-slow", $"gets no answer within {probe.TimeoutSeconds} s", "find what makes the program slow (its CPU limit, what it calls), or give the probe a longer timeoutSeconds", Directness.Hints);
    }

    private static bool IsEarly(ContainerProbe probe) => probe.DelaySeconds + (probe.PeriodSeconds * probe.Failures) < StartTime.TotalSeconds / 2 || probe.Failures <= 1;

    /// <summary>Names of ports are not known here: one that is named is one that the container has.</summary>
    private static (int Port, bool IsDeclared) Port(Container container, ContainerProbe probe) =>
        int.TryParse(probe.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? (port, container.Ports.Contains(port)) : (0, true);

    /// <summary>What the program's own log says that it listens on.</summary>
    private static List<int> Listens(Facts facts, Pod pod, Container container) =>
        [.. facts.About(pod.Meta.Ref).Where(s => s.By == SaidBy.Log && (s.Key == container.Name || s.Key.Length == 0)).Select(s => Listening().Match(s.Text)).Where(m => m.Success).Select(m => int.Parse(m.Groups["port"].ValueSpan, CultureInfo.InvariantCulture)).Distinct()];

    private static Said Setting(Pod pod, Container container, ContainerProbe probe, string kind) => new(
        SaidBy.Field, $"{pod.Meta.Ref}", pod.Meta.Ref, $"{kind}Probe",
        string.Create(CultureInfo.InvariantCulture, $"spec.containers[{container.Name}].{kind}Probe: {probe.Kind} {probe.Port} {probe.Path}").TrimEnd() + string.Create(CultureInfo.InvariantCulture, $" delay={probe.DelaySeconds}s timeout={probe.TimeoutSeconds}s period={probe.PeriodSeconds}s failures={probe.Failures}"), null);

    private static IEnumerable<Said> Ports(Pod pod, Container container) => container.Ports.IsEmpty ? [] :
        [new Said(SaidBy.Field, $"{pod.Meta.Ref}", pod.Meta.Ref, "ports", $"spec.containers[{container.Name}].ports: {string.Join(", ", container.Ports)}", null)];

    [GeneratedRegex(@"^(Liveness|Readiness|Startup) probe (?:failed|errored)", RegexOptions.CultureInvariant)]
    private static partial Regex Kind();

    [GeneratedRegex(@"malformed HTTP|server gave HTTP response to HTTPS client|HTTP request was sent to HTTPS|tls: first record does not look like a TLS handshake|http2: |frame too large|does not look like a TLS|error reading server preface|rpc error: code = Unimplemented|unknown service grpc\.health|HTTP probe failed with statuscode: 4(?:00|15|26)", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Protocol();

    [GeneratedRegex(@"HTTP probe failed with statuscode: 404", RegexOptions.CultureInvariant, 500)]
    private static partial Regex NotThere();

    [GeneratedRegex(@"connection refused", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Refused();

    [GeneratedRegex(@"context deadline exceeded|Client\.Timeout exceeded|i/o timeout|timeout: |timed out", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Late();

    [GeneratedRegex(@"(?i)listen(?:ing|s)?\b[^\n]{0,60}?(?:\bport[:= ]{1,3}|:)""?(?<port>\d{2,5})\b|started (?:server )?on (?:port[s()]*[:= ]{1,3}|\S{0,60}:)(?<port>\d{2,5})\b|(?i:port\(s\): )(?<port>\d{2,5})", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Listening();
}
