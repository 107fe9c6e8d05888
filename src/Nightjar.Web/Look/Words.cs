using System.Globalization;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Web.Look;

/// <summary>The words that people read for what the program knows.</summary>
internal static class Words
{
    public static string State(IncidentState state) => state switch
    {
        IncidentState.Detected => "Looking",
        IncidentState.Healing => "Healing",
        IncidentState.Investigating => "Finding the cause",
        IncidentState.Proposing => "Writing a fix",
        IncidentState.InReview => "In review",
        IncidentState.Verifying => "Proving the fix",
        IncidentState.Resolved => "Resolved",
        IncidentState.NeedsHuman => "Needs a person",
        IncidentState.GaveUp => "Gave up",
        IncidentState.Suppressed => "Silenced",
    };

    /// <summary>The class that colours a state; the word is always beside it.</summary>
    public static string Tone(IncidentState state) => state switch
    {
        IncidentState.NeedsHuman => "ask",
        IncidentState.GaveUp => "bad",
        IncidentState.InReview => "review",
        IncidentState.Resolved => "good",
        IncidentState.Suppressed => "quiet",
        _ => "work",
    };

    public static string Outcome(IncidentOutcome outcome) => outcome switch
    {
        IncidentOutcome.None => "",
        IncidentOutcome.OverByItself => "over by itself",
        IncidentOutcome.Healed => "healed",
        IncidentOutcome.Merged => "fixed and proven",
        IncidentOutcome.MergedModified => "fixed with a person's changes",
        IncidentOutcome.MergedUnverified => "merged, not proven",
        IncidentOutcome.ClosedUnmerged => "request closed unmerged",
        IncidentOutcome.GivenUp => "given up",
        IncidentOutcome.Joined => "joined to another",
        IncidentOutcome.MendedByHand => "mended by hand and proven",
    };

    public static string Request(HostedRequest request) => request switch
    {
        { State: HostedState.Merged } => "Merged",
        { State: HostedState.Closed } => "Closed",
        { IsDraft: true } => "Draft",
        _ => "Open",
    };

    public static string Tone(HostedRequest request) => request switch
    {
        { State: HostedState.Merged } => "good",
        { State: HostedState.Closed } => "quiet",
        _ => "review",
    };

    /// <summary>Two units at most: <c>8 s</c>, <c>12 min</c>, <c>3 h 5 min</c>, <c>4 d 2 h</c>.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "0 s",
        { TotalMinutes: < 1 } => Text($"{(int)span.TotalSeconds} s"),
        { TotalHours: < 1 } => Text($"{(int)span.TotalMinutes} min"),
        { TotalDays: < 1 } => span.Minutes == 0 ? Text($"{span.Hours} h") : Text($"{span.Hours} h {span.Minutes} min"),
        _ => span.Hours == 0 ? Text($"{span.Days} d") : Text($"{span.Days} d {span.Hours} h"),
    };

    /// <summary>With a tenth below a minute, for the steps of a timeline.</summary>
    public static string Exact(TimeSpan span) => span.TotalSeconds is >= 0 and < 60 ? Text($"{span.TotalSeconds:0.0} s") : Span(span);

    public static string Percent(double share) => share is > 0 and < 0.1 ? Text($"{share * 100:0.0} %") : Text($"{share * 100:0} %");

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Unit(RateUnit unit) => unit == RateUnit.Lines ? "lines" : "requests";

    /// <summary>Clock time, with the day when it is not today's.</summary>
    public static string Moment(DateTimeOffset at, DateTimeOffset now) =>
        at.UtcDateTime.Date == now.UtcDateTime.Date ? Text($"{at.UtcDateTime:HH:mm:ss}") : Text($"{at.UtcDateTime:d MMM HH:mm}");

    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string Plural(long count, string one, string many) => Text($"{Count(count)} {(count == 1 ? one : many)}");

    public static string Short(string sha) => sha.Length > 8 ? sha[..8] : sha;

    public static string Upper(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>On one line and not longer than that.</summary>
    public static string Line(string text, int longest)
    {
        var line = string.Join(' ', text.Split((char[]?)null, longest, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > longest ? string.Concat(line.AsSpan(0, longest - 1), "…") : line;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
