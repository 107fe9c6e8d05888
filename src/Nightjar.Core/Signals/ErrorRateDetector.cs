using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Core.Signals;

/// <summary>
/// Says which error rates are problems. It fires when the window holds at least <see cref="ErrorRateOptions.MinVolume"/> and errors
/// are at least <see cref="ErrorRateOptions.Threshold"/> of all; both bounds belong to it.
/// </summary>
public static class ErrorRateDetector
{
    /// <summary>Of kinds of error put together; the rest would say the same again.</summary>
    private const int MostSamples = 3;

    /// <summary>
    /// One signal for each kind of error that passes on its own; if only all of them together pass, one for the most frequent.
    /// </summary>
    /// <param name="window">Totals of the window; <see cref="RateReading.Of"/> tells what they count.</param>
    /// <param name="groups">Error events of the same window.</param>
    public static ImmutableArray<Signal> Detect(ServiceName service, RateReading window, IReadOnlyCollection<ErrorGroup> groups, ErrorRateOptions options)
    {
        if (window.Total < options.MinVolume || !Passes(window.Errors, window.Total, options))
        {
            return [];
        }

        var problems = Problems(service, window, groups);
        var passing = problems.Where(p => Passes(p.Count, window.Total, options)).ToList();

        // A request that failed and the exception behind it are often two lines; the one that names no class is not a second problem.
        if (passing.Exists(p => p.Signal.HasErrorClass))
        {
            passing.RemoveAll(p => !p.Signal.HasErrorClass);
        }

        return passing.Count > 0
            ? [.. passing.Select(p => p.Signal)]
            : [MostFrequent(problems)?.Signal ?? Bare(service, window)];
    }

    /// <summary>In decimal: 0.15 of 100 is exactly 15 there.</summary>
    private static bool Passes(long errors, long total, ErrorRateOptions options) =>
        errors > 0 && errors >= (decimal)Math.Clamp(options.Threshold, 0, 1) * total;

    /// <summary>
    /// The groups that are one problem put together. One failed request may log several errors, so no problem counts more than the
    /// window has errors.
    /// </summary>
    private static List<Problem> Problems(ServiceName service, RateReading window, IReadOnlyCollection<ErrorGroup> groups) =>
        [.. groups
            .Select(group => (Group: group, Signal: Of(service, window, group)))
            .GroupBy(x => Fingerprint.Subject(x.Signal, FingerprintStrategy.Evidence), StringComparer.Ordinal)
            .Select(same => new Problem(Merged(same.Select(x => x.Signal), same.Select(x => x.Group)), Math.Min(same.Sum(x => x.Group.Count), window.Errors)))
            .OrderByDescending(p => p.Count)];

    private static Signal Merged(IEnumerable<Signal> signals, IEnumerable<ErrorGroup> groups)
    {
        var most = signals.Zip(groups).MaxBy(x => x.Second.Count);
        return most.First with
        {
            At = groups.Max(g => g.LastSeen),
            Since = groups.Min(g => g.FirstSeen),
            Samples = [.. groups.OrderByDescending(g => g.Count).Select(g => g.Sample).Take(MostSamples)],
        };
    }

    /// <summary>A class says more than a count; among those without one, the count decides.</summary>
    private static Problem? MostFrequent(List<Problem> problems) => problems.Find(p => p.Signal.HasErrorClass) ?? problems.FirstOrDefault();

    private static Signal Of(ServiceName service, RateReading window, ErrorGroup group) => Bare(service, window) with
    {
        At = group.LastSeen,
        ErrorClass = group.ErrorClass,
        Message = group.Message,
        Frames = group.Frames,
    };

    private static Signal Bare(ServiceName service, RateReading window) => new()
    {
        Kind = SignalKind.ErrorRate,
        Service = service,
        At = window.To,
        Severity = window.Errors * 2 >= window.Total ? Severity.Critical : Severity.Warning,
        Rate = window,
    };

    private sealed record Problem(Signal Signal, long Count);
}
