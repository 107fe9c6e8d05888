using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Core.Signals;

/// <summary>Where a signal belongs, and why.</summary>
public abstract record Correlation(string Why);

/// <summary>The signal tells of an incident that is open already.</summary>
public sealed record FoldInto(Incident Incident, string Why) : Correlation(Why);

/// <summary>The signal is a problem of its own.</summary>
/// <param name="Linked">An open incident of the same service: related, but not the same.</param>
/// <param name="HeldBy">An open incident of a service that this one depends on.</param>
public sealed record OpenNew(Incident? Linked, Incident? HeldBy, string Why) : Correlation(Why);

/// <summary>
/// Decides whether two signals are one problem: by what a person said of them before, by workload, by nearness in time, by the
/// dependency graph. The same fingerprint was looked up before. Every answer says why, because a person may disagree.
/// </summary>
public static class Correlate
{
    /// <summary>Signals of one service this close together are one fault, when at most one of them names an error class.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromMinutes(5);

    /// <param name="before">The last incident that owned this fingerprint; null when there was none.</param>
    public static Correlation Judge(Signal signal, string hash, Incident? before, OpenIncidents open, Catalogue catalogue)
    {
        if (before is not null && open.All.FirstOrDefault(i => WereJoined(hash, before, i)) is { } joined)
        {
            return new FoldInto(joined, $"a person joined the two in {before.Id}");
        }

        var mine = open.Of(signal.Service).Where(i => !WereSplit(hash, before, i)).ToArray();
        if (signal.Workload is { } workload && mine.FirstOrDefault(i => OwnsWorkload(i, workload)) is { } sameWorkload)
        {
            return new FoldInto(sameWorkload, $"same workload {workload}");
        }

        if (mine.FirstOrDefault(i => IsNear(i, signal) && AtMostOneClass(i, signal)) is { } near)
        {
            return new FoldInto(near, $"same service within {Together.TotalMinutes:0} minutes, at most one error class");
        }

        var holder = catalogue.Get(signal.Service).DependsOn
            .SelectMany(open.Of)
            .FirstOrDefault();
        return new OpenNew(
            mine.FirstOrDefault(i => IsNear(i, signal)),
            holder,
            holder is null ? "no open incident of this problem" : $"held back: {signal.Service} depends on {holder.Service}, which has incident {holder.Id} open");
    }

    private static bool WereJoined(string hash, Incident before, Incident incident)
    {
        var isJoined = before.Fingerprints.Any(f => f.Fingerprint.Hash == hash && f.ByPerson);
        return !incident.SplitOff.Contains(hash) && before.Fingerprints.Any(f => f.Fingerprint.Hash != hash && (isJoined || f.ByPerson) && incident.Owns(f.Fingerprint.Hash));
    }

    private static bool WereSplit(string hash, Incident? before, Incident incident) =>
        incident.SplitOff.Contains(hash) || (before is not null && before.SplitOff.Any(incident.Owns));

    private static bool OwnsWorkload(Incident incident, string workload) => incident.Fingerprints.Any(f => f.Workload == workload);

    private static bool IsNear(Incident incident, Signal signal) => (signal.At - incident.OpenSince).Duration() <= Together;

    private static bool AtMostOneClass(Incident incident, Signal signal) =>
        !signal.HasErrorClass || incident.Fingerprints.All(f => f.ErrorClass.Length == 0);
}
