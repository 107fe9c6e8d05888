using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nightjar.Core.Evidence;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Proposal;

/// <summary>The phrases that requests and reports share. Text from outside goes through <see cref="Quoting"/> in here.</summary>
internal static class ReportWords
{
    public static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Unit(RateUnit unit) => unit == RateUnit.Lines ? "log lines" : "requests";

    /// <summary>Such as <c>35 of 173 requests to `shop` failed (20.2 %)</c>.</summary>
    public static string Rate(RateReading rate, ServiceName service) => rate.Of == RateUnit.Lines
        ? string.Create(CultureInfo.InvariantCulture, $"{rate.Errors} of {rate.Total} log lines of {Quoting.Inline(service.Value)} told of failures ({rate.Rate:P1})")
        : string.Create(CultureInfo.InvariantCulture, $"{rate.Errors} of {rate.Total} requests to {Quoting.Inline(service.Value)} failed ({rate.Rate:P1})");

    public static string Limit(Service service, RateUnit unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{service.ErrorRate.Threshold:P0} of at least {service.ErrorRate.MinVolume} {Unit(unit)} in {Span(service.ErrorRate.Window)}");

    /// <summary>The largest unit that says enough: <c>8 s</c>, <c>12 minutes</c>, <c>3 hours</c>, <c>4 days</c>.</summary>
    public static string Span(TimeSpan span) => span.Duration() switch
    {
        { TotalSeconds: < 10 } s => string.Create(CultureInfo.InvariantCulture, $"{s.TotalSeconds:0.#} s"),
        { TotalMinutes: < 2 } s => string.Create(CultureInfo.InvariantCulture, $"{s.TotalSeconds:0} s"),
        { TotalHours: < 2 } s => string.Create(CultureInfo.InvariantCulture, $"{s.TotalMinutes:0} minutes"),
        { TotalDays: < 2 } s => string.Create(CultureInfo.InvariantCulture, $"{s.TotalHours:0} hours"),
        var s => string.Create(CultureInfo.InvariantCulture, $"{s.TotalDays:0} days"),
    };

    public static string Kind(SignalKind kind) => kind switch
    {
        SignalKind.ErrorRate => "the error rate passed its limit",
        SignalKind.LogTrigger => "a log line matched a trigger",
        SignalKind.ProbeFailure => "a probe failed",
        SignalKind.WorkloadFailure => "a workload failed",
        SignalKind.NodeFailure => "a node failed",
        SignalKind.Alert => "an alert came in",
        SignalKind.Finding => "a look ahead found it",
    };

    /// <summary>Class and message as one quoted phrase; null when the signal names neither.</summary>
    public static string? Error(Signal signal) => (signal.ErrorClass, signal.Message) switch
    {
        ({ Length: 0 }, { Length: 0 }) => null,
        ({ Length: 0 }, var message) => Quoting.Inline(message, 240),
        (var error, { Length: 0 }) => Quoting.Inline(error),
        var (error, message) => $"{Quoting.Inline(error)}: {Quoting.Inline(message, 240)}",
    };

    public static string Check(CheckResult check) => check switch
    {
        { Passed: true } => string.Create(CultureInfo.InvariantCulture, $"The service's own check passed in {check.Took.TotalSeconds:0.0} s, {Fence(check)}."),
        _ => $"The service's own check {check.Says}.",
    };

    /// <summary>What the investigation wished, and what became of that.</summary>
    public static string Wish(Mitigation wish) =>
        $"{Quoting.Inline(wish.Action)}{(wish.Workload is { } workload ? $" of {Quoting.Inline(workload)}" : "")}: {Quoting.Prose(Quoting.Plain(wish.Why, 300))} {(wish.Became is { } became ? $"({Quoting.Prose(Quoting.Plain(became, 300))})" : "(not decided yet)")}";

    /// <summary>One line of prose, with a full stop at its end.</summary>
    public static string Sentence(string prose)
    {
        var line = Line(prose);
        return line.Length == 0 ? "" : Upper(line) + (line[^1] is '.' or '?' or '!' or '…' ? "" : ".");
    }

    public static string Upper(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string Line(string prose) => Quoting.Prose(prose).ReplaceLineEndings(" ");

    public static string List(ImmutableArray<string> items, string none) =>
        items.IsDefaultOrEmpty ? none : string.Join('\n', items.Select(i => "- " + Upper(Line(i))));

    public static void Row(StringBuilder text, string name, string value) =>
        text.Append("| ").Append(name).Append(" | ").Append(value.Replace("|", "\\|", StringComparison.Ordinal)).Append(" |\n");

    private static string Fence(CheckResult check) => check.Fence == "none" ? "without a fence" : $"inside a fence ({check.Fence})";
}
