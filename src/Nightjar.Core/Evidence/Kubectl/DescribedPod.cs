using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Evidence.Kubectl;

/// <summary>A pod, and the containers of a template, as <c>kubectl describe</c> prints them.</summary>
internal static partial class DescribedPod
{
    public static Pod Read(Described of)
    {
        var space = of.Text("Namespace");
        var owner = of.Text("Controlled By").Split('/', 2);
        var node = of.Text("Node").Split('/')[0];
        return new Pod
        {
            Meta = new ObjectMeta
            {
                Ref = new ObjectRef("Pod", space, of.Text("Name")), Labels = Readings.Labels(of.Lines("Labels")), CreatedAt = Readings.Moment(of.Text("Start Time")) ?? default,
                Owner = owner.Length == 2 ? new ObjectRef(owner[0], space, owner[1]) : null,
                DeletedAt = of.Text("Status").StartsWith("Terminating", StringComparison.Ordinal) ? Readings.Moment(of.Text("Start Time")) : null,
            },
            Phase = of.Text("Status"),
            Reason = of.Text("Reason"),
            Message = of.Text("Message"),
            Node = node,
            ServiceAccount = of.Text("Service Account"),
            NodeSelector = Readings.Labels(of.Lines("Node-Selectors")),
            Address = of.Text("IP"),
            Conditions = Readings.Conditions(of),
            Containers = Containers(of),
            Needs = [.. Needs(of, space).Distinct()],
        };
    }

    public static ImmutableArray<Container> Containers(Described of) =>
        [.. (of.At("Init Containers")?.Children ?? []).Where(IsContainer).Select(c => Container(c, true)), .. (of.At("Containers")?.Children ?? []).Where(IsContainer).Select(c => Container(c, false))];

    private static bool IsContainer(Described of) => of.Key.Length > 0 && of.At("Image") is not null;

    private static Container Container(Described of, bool isInit) => new()
    {
        Name = of.Key,
        IsInit = isInit,
        Image = of.Text("Image"),
        Ports = [.. Numbers().Matches($"{of.Text("Port")} {of.Text("Ports")}").Select(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).Where(p => p > 0)],
        Requests = Resources(of.At("Requests")),
        Limits = Resources(of.At("Limits")),
        Liveness = Probe(of.Text("Liveness")),
        Readiness = Probe(of.Text("Readiness")),
        Startup = Probe(of.Text("Startup")),
        IsReady = of.Text("Ready") == "True",
        Restarts = int.TryParse(of.Text("Restart Count"), NumberStyles.None, CultureInfo.InvariantCulture, out var restarts) ? restarts : 0,
        Now = Standing(of.At("State")),
        Before = Standing(of.At("Last State")),
        Addresses = (of.At("Environment")?.Children ?? []).Select(v => (v.Key, Address: Address.Kept(v.Key, v.Value))).Where(v => v.Key.Length > 0 && v.Address is not null).DistinctBy(v => v.Key).ToImmutableDictionary(v => v.Key, v => v.Address ?? "", StringComparer.Ordinal),
        Mounts = [.. (of.At("Mounts")?.Children ?? []).Select(m => m.Line.Split(" from ", 2)[0].Trim()).Where(m => m.StartsWith('/') && !m.StartsWith("/var/run/secrets/kubernetes.io/", StringComparison.Ordinal))],
    };

    private static ImmutableDictionary<string, string> Resources(Described? of) =>
        (of?.Children ?? []).Where(r => r.Key.Length > 0).DistinctBy(r => r.Key).ToImmutableDictionary(r => r.Key, r => r.Value, StringComparer.Ordinal);

    private static ContainerStanding? Standing(Described? of) => of?.Value switch
    {
        "Running" => new ContainerStanding(ContainerPhase.Running, "", "") { StartedAt = Readings.Moment(of.Text("Started")) },
        "Waiting" => new ContainerStanding(ContainerPhase.Waiting, of.Text("Reason"), string.Join('\n', of.Lines("Message"))),
        "Terminated" => new ContainerStanding(ContainerPhase.Ended, of.Text("Reason"), string.Join('\n', of.Lines("Message")))
        {
            ExitCode = int.TryParse(of.Text("Exit Code"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code) ? code : null,
            StartedAt = Readings.Moment(of.Text("Started")),
            EndedAt = Readings.Moment(of.Text("Finished")),
        },
        _ => null,
    };

    /// <summary><c>http-get http://:8080/health delay=5s timeout=1s period=10s #success=1 #failure=3</c>; the host is there since 1.31 for gRPC (<c>&lt;pod&gt;:8080</c>).</summary>
    private static ContainerProbe? Probe(string text)
    {
        if (ProbeShape().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var kind = match.Groups["kind"].Value switch { "http-get" => "http", "tcp-socket" => "tcp", var other => other };
        var place = Place().Match(match.Groups["place"].Value);
        return new ContainerProbe(kind, kind == "exec" ? "" : place.Groups["port"].Value, kind == "http" ? place.Groups["path"].Value : "", Seconds(text, "delay"), Seconds(text, "period"), Seconds(text, "timeout"), Seconds(text, "#failure"));
    }

    private static int Seconds(string text, string name)
    {
        var at = text.IndexOf($"{name}=", StringComparison.Ordinal);
        var digits = at < 0 ? "" : new string([.. text.Skip(at + name.Length + 1).TakeWhile(char.IsAsciiDigit).Take(9)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
    }

    private static IEnumerable<ObjectRef> Needs(Described of, string space)
    {
        foreach (var volume in of.At("Volumes")?.Children ?? [])
        {
            if (volume.Text("ClaimName") is { Length: > 0 } claim)
            {
                yield return new ObjectRef("PersistentVolumeClaim", space, claim);
            }

            if (volume.Text("SecretName") is { Length: > 0 } secret)
            {
                yield return new ObjectRef("Secret", space, secret);
            }
        }
    }

    [GeneratedRegex(@"\b(\d{1,5})/(?:TCP|UDP|SCTP)", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"^(?<kind>http-get|tcp-socket|exec|grpc) (?<place>.*?) delay=", RegexOptions.CultureInvariant)]
    private static partial Regex ProbeShape();

    [GeneratedRegex(@"^(?:https?://)?[^/:]*:(?<port>[\w-]{1,63})(?<path>/\S*)?", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
