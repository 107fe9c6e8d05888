using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors;

/// <summary>Where a source's findings go.</summary>
internal sealed record WatchDoors(ISignalDoor Door, IRates Rates, IWatchMarks Marks);

/// <summary>
/// Asks one source again and again what failed and how much there was: judges the window of each service, and keeps the counts for the
/// chart and for verification. A question without an answer is unknown, never zero: nothing is counted, and the health says so.
/// </summary>
internal sealed partial class RateWatcher(RateSourceOptions options, IRateSource source, SourceRoutes routes, WatchDoors doors, Func<double> chance, TimeProvider clock, ILogger logger) : IWatcher
{
    /// <summary>At its first look it takes up this much of the past, so that there are figures from before.</summary>
    private static readonly TimeSpan Backlog = TimeSpan.FromMinutes(30);

    /// <summary>After a long silence no more than this is made up for.</summary>
    private static readonly TimeSpan LongestBacklog = TimeSpan.FromHours(6);

    /// <summary>Names that nobody configured: a few are told, not all of a large store.</summary>
    private const int MostStrangers = 100;

    private readonly PollPace pace = new(options.Every, chance);
    private readonly HashSet<string> strangers = new(StringComparer.Ordinal);
    private string? withoutKinds;

    public string Name => $"{options.Kind} {options.Name}";

    public WatcherHealth Health { get; private set; } = new(true, "not asked yet");

    private string Key => $"source:{options.Name}";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var started = clock.GetTimestamp();
            var rest = await TryLookAsync(cancellationToken) ? pace.Succeeded(clock.GetElapsedTime(started)) : pace.Failed();
            if (pace.Failures > 0)
            {
                Health = Health with { Says = string.Create(CultureInfo.InvariantCulture, $"{Health.Says}; failed {pace.Failures} times in a row, asked again in {rest.TotalSeconds:0} s") };
            }

            await Task.Delay(rest, clock, cancellationToken);
        }
    }

    /// <summary>One look; true when everything was answered. What went wrong is in the health.</summary>
    public async Task<bool> TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
            return withoutKinds is null;
        }
#pragma warning disable CA1031 // Whatever the source or the store does, the watching goes on: the health says what it was.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (Health.IsWell)
            {
                Unanswered(options.Name, e.Message);
            }

            Health = new WatcherHealth(false, $"unknown since {clock.GetUtcNow():HH:mm:ss} UTC: {e.Message}");
            return false;
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var to = Floor(clock.GetUtcNow() - options.Delay);
        withoutKinds = null;
        var seen = await JudgeAsync(to, cancellationToken);
        await RecordAsync(to, cancellationToken);
        if (!Health.IsWell && withoutKinds is null)
        {
            AnsweredAgain(options.Name);
        }

        Health = new WatcherHealth(withoutKinds is null, Says(to, seen));
    }

    /// <summary>Each service by its own window; the services that there were figures for.</summary>
    private async Task<HashSet<ServiceName>> JudgeAsync(DateTimeOffset to, CancellationToken cancellationToken)
    {
        var seen = new HashSet<ServiceName>();
        foreach (var window in routes.Owned.Select(s => s.ErrorRate.Window).DefaultIfEmpty(new ErrorRateOptions().Window).Distinct())
        {
            var counts = await source.WindowAsync(to - window, to, cancellationToken);
            Meet(counts);
            foreach (var same in counts.GroupBy(c => routes.Find(c.Service)))
            {
                if (same.Key is { } service && routes.Owns(service.Name) && service.ErrorRate.Window == window)
                {
                    seen.Add(service.Name);
                    var total = same.Sum(c => c.Total);
                    var reading = new RateReading(same.Min(c => c.From), same.Max(c => c.To), Errors([.. same], total, service.ErrorRate.Threshold), total, source.Of);
                    await JudgeAsync(service, reading, [.. same.Select(c => c.Service).Distinct()], cancellationToken);
                }
            }
        }

        return seen;
    }

    /// <summary>Counts that were rounded must not pass a threshold that the share itself does not pass, nor miss one that it does.</summary>
    private static long Errors(ImmutableArray<SourceCount> counts, long total, double threshold)
    {
        var errors = Math.Clamp(counts.Sum(c => c.Errors), 0, total);
        var least = (long)Math.Ceiling((decimal)Math.Clamp(threshold, 0, 1) * total);
        return counts is not [{ Share: { } share }] ? errors
            : share >= (decimal)threshold ? Math.Max(errors, least)
            : Math.Clamp(errors, 0, Math.Max(0, least - 1));
    }

    /// <summary>The kinds of error are asked for only where something is wrong.</summary>
    private async Task JudgeAsync(Service service, RateReading reading, ImmutableArray<string> names, CancellationToken cancellationToken)
    {
        if (ErrorRateDetector.Detect(service.Name, reading, [], service.ErrorRate).IsEmpty)
        {
            return;
        }

        var kinds = new List<ErrorGroup>();
        try
        {
            foreach (var name in names)
            {
                kinds.AddRange(await source.KindsAsync(name, reading.From, reading.To, cancellationToken));
            }
        }
        catch (SourceException e)
        {
            // The rate alone is a problem already; what it is made of comes with the next look.
            withoutKinds = $"the kinds of error of {service.Name} are unknown: {e.Message}";
        }

        foreach (var signal in ErrorRateDetector.Detect(service.Name, reading, kinds, service.ErrorRate))
        {
            await doors.Door.AcceptAsync(signal, cancellationToken);
        }
    }

    /// <summary>Counts what came since the last look, once: counts and the mark of how far are written both or neither.</summary>
    private async Task RecordAsync(DateTimeOffset to, CancellationToken cancellationToken)
    {
        var mark = await doors.Marks.GetAsync(Key, cancellationToken);
        var from = DateTimeOffset.TryParse(mark, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var left) ? left : to - Backlog;
        from = from < to - LongestBacklog ? to - LongestBacklog : from;
        if (from >= to)
        {
            return;
        }

        var pieces = await source.SeriesAsync(from, to, cancellationToken);
        var buckets = pieces.Where(p => routes.Find(p.Service) is { } service && routes.Owns(service.Name)).SelectMany(p => Slices(p.From < from ? p with { From = from } : p, routes.Find(p.Service)?.Name ?? default));
        await doors.Rates.AddAsync([.. buckets], new Dictionary<string, string> { [Key] = to.ToString("O", CultureInfo.InvariantCulture) }, cancellationToken);
    }

    /// <summary>Spread evenly over the slices of the piece; in none are there more failures than requests.</summary>
    internal IEnumerable<RateBucket> Slices(SourceCount piece, ServiceName service)
    {
        var first = Floor(piece.From);
        var count = Math.Max(1, (long)Math.Ceiling((piece.To - first) / RateBucket.Slice));
        var (total, errors) = (piece.Total, Math.Clamp(piece.Errors, 0, piece.Total));
        var (told, failed) = (0L, 0L);
        for (var i = 1; i <= count; i++)
        {
            var sum = (long)((Int128)total * i / count);
            var wrong = total == 0 ? 0 : (long)((Int128)errors * sum / total);
            if (sum > told)
            {
                yield return new RateBucket(service, first + (RateBucket.Slice * (i - 1)), wrong - failed, sum - told, source.Of);
            }

            (told, failed) = (sum, wrong);
        }
    }

    private void Meet(IEnumerable<SourceCount> counts)
    {
        foreach (var name in counts.Select(c => c.Service).Where(n => routes.Find(n) is null && strangers.Count < MostStrangers))
        {
            if (strangers.Add(name))
            {
                Stranger(options.Name, name);
            }
        }
    }

    private string Says(DateTimeOffset to, HashSet<ServiceName> seen)
    {
        var unknown = routes.Owned.Select(s => s.Name).Where(n => !seen.Contains(n)).Select(n => n.Value).Order(StringComparer.Ordinal).ToList();
        return string.Join("; ", new[]
        {
            string.Create(CultureInfo.InvariantCulture, $"figures of {seen.Count} {(seen.Count == 1 ? "service" : "services")} up to {to:HH:mm:ss} UTC"),
            unknown.Count == 0 ? null : $"none of {Few(unknown)}, so how it does there is unknown",
            strangers.Count == 0 ? null : $"not looked after, because no service has the name: {Few([.. strangers.Order(StringComparer.Ordinal)])}",
            withoutKinds,
            source.Remark,
        }.OfType<string>());
    }

    private static string Few(List<string> names)
    {
        const int most = 5;
        var shown = string.Join(", ", names.Take(most).Select(SourceHttp.Line));
        return names.Count > most ? $"{shown} and {names.Count - most} more" : shown;
    }

    private static DateTimeOffset Floor(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % RateBucket.Slice.Ticks), TimeSpan.Zero);

    [LoggerMessage(3601, LogLevel.Warning, "Source {Source} gave no answer, so its services are unknown: {Why}")]
    private partial void Unanswered(string source, string why);

    [LoggerMessage(3602, LogLevel.Information, "Source {Source} answered again")]
    private partial void AnsweredAgain(string source);

    [LoggerMessage(3603, LogLevel.Warning, "Source {Source} told of {Service}, which no configured service is called; nothing was done about it")]
    private partial void Stranger(string source, string service);
}
