using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Prometheus;

/// <summary>
/// Two queries: what failed, and how much there was. A service without a series of the total is unknown. One with a total and no series of
/// failures had none: a counter that never counted is often not there.
/// </summary>
internal sealed class PrometheusSource(RateSourceOptions options, PrometheusClient client) : IRateSource
{
    /// <summary>How fine the past is asked for: counters are scraped every 15 to 60 s.</summary>
    private static readonly TimeSpan Piece = TimeSpan.FromMinutes(1);

    private readonly PrometheusQueries queries = options.Prometheus;
    private bool hasSeenErrors;
    private int unreadable;

    public RateUnit Of => RateUnit.Requests;

    public string? Remark => string.Join("; ", new[]
    {
        hasSeenErrors ? null : "the query of failures has given no series yet, which is taken for none that failed",
        unreadable == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{unreadable} series were without the label {queries.Label} or not numbers, and were left out"),
    }.OfType<string>()) is { Length: > 0 } remark ? remark : null;

    public async Task<IReadOnlyList<SourceCount>> WindowAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var total = await client.InstantAsync(Over(queries.Total, to - from), to, cancellationToken);
        var failed = await client.InstantAsync(Over(Failures, to - from), to, cancellationToken);
        return Counts(total, failed, to - from, _ => true);
    }

    public async Task<IReadOnlyList<SourceCount>> SeriesAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        // Whole seconds, told at their ends; the last piece ends with the stretch.
        var pieces = Math.Max(1, (int)((to - from) / Piece));
        var step = TimeSpan.FromSeconds(Math.Max(1, Math.Floor((to - from).TotalSeconds / pieces)));
        var start = to - (step * (pieces - 1));
        var total = await client.RangeAsync(Over(queries.Total, step), start, to, step, cancellationToken);
        var failed = await client.RangeAsync(Over(Failures, step), start, to, step, cancellationToken);
        return Counts(total, failed, step, at => at >= start && at <= to);
    }

    public async Task<ImmutableArray<ErrorGroup>> KindsAsync(string service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        if (queries is not { ClassLabel: { } label, Errors: { } errors })
        {
            return [];
        }

        var series = await client.InstantAsync(Over(errors, to - from), to, cancellationToken);
        return [.. series
            .Where(s => s.Labels.GetValueOrDefault(queries.Label) == service && s.Labels.GetValueOrDefault(label) is { Length: > 0 })
            .GroupBy(s => s.Labels[label])
            .Select(c => new ErrorGroup(c.Key, "", Whole(c.Sum(s => s.Points.Where(p => double.IsFinite(p.Value)).Sum(p => Count(p.Value, to - from)))), from, to, [], ""))
            .Where(g => g.Count > 0)];
    }

    public async Task<SourceCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var version = await client.VersionAsync(cancellationToken);
        var to = TimeProvider.System.GetUtcNow() - options.Delay;
        var counts = await WindowAsync(to - Piece, to, cancellationToken);
        var says = string.Create(CultureInfo.InvariantCulture, $"Prometheus {version}, the queries tell of {counts.Count} services{(Remark is { } remark ? $"; {remark}" : "")}");
        return counts.Count > 0
            ? new SourceCheck(options.Name, true, says)
            : new SourceCheck(options.Name, true, says, $"see whether the query of the total has series with the label {queries.Label}, and whether anything is scraped");
    }

    private string Failures => queries.Errors ?? queries.Rate ?? "";

    private List<SourceCount> Counts(IReadOnlyList<Series> total, IReadOnlyList<Series> failed, TimeSpan span, Func<DateTimeOffset, bool> isWanted)
    {
        hasSeenErrors |= failed.Any(s => s.Points.Count > 0);
        unreadable = total.Concat(failed).Count(s => !s.Labels.ContainsKey(queries.Label) || s.Points.Any(p => !double.IsFinite(p.Value)));
        var wrong = ByServiceAndTime(failed);
        return [.. ByServiceAndTime(total)
            .Where(t => isWanted(t.Key.At) && double.IsFinite(t.Value) && t.Value >= 0)
            .Select(t => (t.Key.Service, t.Key.At, Total: t.Value, Failed: t.Value == 0 ? 0 : wrong.GetValueOrDefault(t.Key)))
            .Where(t => double.IsFinite(t.Failed))
            .Select(t => One(t.Service, t.At, Count(t.Total, span), t.Failed, span))];
    }

    private SourceCount One(string service, DateTimeOffset at, decimal total, double failed, TimeSpan span)
    {
        var errors = queries.Errors is null ? Decimal(failed) * total : Count(failed, span);
        return new(service, at - span, at, Whole(errors), Whole(total), total > 0 ? errors / total : null);
    }

    private Dictionary<(string Service, DateTimeOffset At), double> ByServiceAndTime(IReadOnlyList<Series> series) =>
        series.Where(s => s.Labels.ContainsKey(queries.Label)).SelectMany(s => s.Points.Select(p => (Service: s.Labels[queries.Label], p.At, p.Value)))
            .GroupBy(p => (p.Service, p.At)).ToDictionary(g => g.Key, g => g.Sum(p => p.Value));

    private decimal Count(double value, TimeSpan span) => Decimal(value) * (queries.PerSecond ? (decimal)span.TotalSeconds : 1);

    /// <summary>In decimal, where 0.29 of 100 is 29 and not 28.999…; what no count can be is cut.</summary>
    private static decimal Decimal(double value) => (decimal)Math.Clamp(value, 0, 1e15);

    /// <summary>Counts that Prometheus extrapolated are not whole.</summary>
    private static long Whole(decimal value) => (long)decimal.Round(value);

    private static string Over(string query, TimeSpan window) =>
        query.Replace(PrometheusQueries.Window, string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Max(1, window.TotalSeconds)}s"), StringComparison.Ordinal);
}
