using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Incidents;

namespace Nightjar.Core.Proposal;

/// <summary>The names of a request's things: branch, labels, report, commits. Made of hashes and dates, never of outside text.</summary>
public static class RequestNames
{
    public const string Active = "incident:active";
    public const string Investigating = "incident:investigating";
    public const string InvestigatingFailed = "incident:investigating-failed";
    public const string FixProposed = "incident:fix-proposed";

    public static string Branch(Incident incident) => $"incident/{incident.Fingerprint.Hash}{Suffix(incident)}";

    /// <summary>Which attempt a branch of this problem is; null for a branch that is none of ours.</summary>
    public static int? OccurrenceOf(Incident incident, string branch)
    {
        var first = Branch(incident with { Occurrence = 1 });
        return branch == first ? 1
            : branch.StartsWith($"{first}-", StringComparison.Ordinal) && int.TryParse(branch.AsSpan(first.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1 ? number
            : null;
    }

    public static string Title(Incident incident, bool investigating) => investigating ? $"[INVESTIGATING] {incident.Title}" : incident.Title;

    public static ImmutableArray<string> Labels(Incident incident, params ReadOnlySpan<string> states) =>
        [$"incident-fp:{incident.Fingerprint.Hash}", .. states];

    public static string ReportPath(Incident incident) =>
        string.Create(CultureInfo.InvariantCulture, $"docs/incidents/{incident.OpenedAt.UtcDateTime:yyyy-MM-dd}-{incident.Fingerprint.Hash}{Suffix(incident)}.md");

    private static string Suffix(Incident incident) =>
        incident.Occurrence > 1 ? string.Create(CultureInfo.InvariantCulture, $"-{incident.Occurrence}") : "";
}
