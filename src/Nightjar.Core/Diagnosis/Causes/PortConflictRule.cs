using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>The port that a program wants to listen on is taken: by another container of its pod, with which it shares the network, or by another process of the host.</summary>
internal sealed partial class PortConflictRule : LogRule
{
    public override string Family => "run";

    protected override IEnumerable<LoggedCause> Causes =>
    [
        new("port-in-use", InUse(), Directness.Fits, m => $"cannot listen{Port(m)}: something else does already", _ => "give one of the two another port", "ss -ltnp on the same network shows who has the port", "nobody listens there when it starts"),
    ];

    protected override Candidate? Of(Facts facts, LoggedCause cause, Said said, Match match)
    {
        if (base.Of(facts, cause, said, match) is not { } candidate || facts.Cluster.Pod(said.About) is not { } pod)
        {
            return base.Of(facts, cause, said, match);
        }

        var declared = pod.Containers.Where(c => !c.IsInit).SelectMany(c => c.Ports.Select(p => (c.Name, Port: p))).GroupBy(c => c.Port).FirstOrDefault(g => g.Select(c => c.Name).Distinct().Count() > 1);
        if (pod.Containers.Count(c => !c.IsInit) < 2)
        {
            return candidate;
        }

        var names = declared?.Select(c => c.Name).ToList() ?? [.. pod.Containers.Where(c => !c.IsInit).Select(c => c.Name)];
        return candidate with
        {
            Cause = "port-conflict-in-pod",
            Says = $"two containers of {Name(candidate.About)} want the same port{Port(match)}: one of {string.Join(", ", names.Take(4).Select(n => Name(n)))} has it, and another cannot start",
            Quotes = [said, .. declared is null ? ImmutableArray<Said>.Empty : [new Said(SaidBy.Field, $"{pod.Meta.Ref}", pod.Meta.Ref, "ports", string.Create(CultureInfo.InvariantCulture, $"spec.containers[{string.Join(", ", names)}].ports: {declared.Key}"), null)]],
        };
    }

    private static string Port(Match match) => match.Groups["port"].Value is { Length: > 0 } port ? $" on port {port}" : "";

    [GeneratedRegex(@"EADDRINUSE: address already in use [^\n]{0,60}?:(?<port>\d{1,5})\b|listen tcp \S{0,60}?:(?<port>\d{1,5}): bind: address already in use|[Pp]ort (?<port>\d{1,5}) (?:was already in use|is already in use|already in use)|(?i:address already in use|Address in use)(?:[^\n]{0,60}?[:( ](?<port>\d{2,5})\b)?|Only one usage of each socket address", RegexOptions.CultureInvariant, 500)]
    private static partial Regex InUse();
}
