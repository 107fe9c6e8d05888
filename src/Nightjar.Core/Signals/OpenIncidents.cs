using System.Collections.Concurrent;
using System.Collections.Immutable;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Core.Signals;

/// <summary>
/// The open incidents in memory, so that a repeat costs no look at the disk. The store stays the truth: it is read at the
/// start, and every write of the loop and of intake is told here.
/// </summary>
public sealed class OpenIncidents
{
    /// <summary>Past this many open incidents the trouble is not ours to sort out signal by signal.</summary>
    private const int MostOpen = 10_000;

    private const int Page = 1_000;

    private readonly ConcurrentDictionary<IncidentId, Incident> byId = new();
    private readonly ConcurrentDictionary<string, IncidentId> byHash = new(StringComparer.Ordinal);
    private static readonly FingerprintStrategy[] Both = [FingerprintStrategy.Evidence, FingerprintStrategy.Class];
    private static readonly FingerprintStrategy[][] Only = [[FingerprintStrategy.Evidence], [FingerprintStrategy.Class]];
    private ImmutableArray<FingerprintStrategy> strategies = [];

    public ImmutableArray<Incident> All => [.. byId.Values.OrderBy(i => i.Id.Value)];

    /// <summary>Takes in what is on disk at the start.</summary>
    public async Task LoadAsync(IIncidents store, CancellationToken cancellationToken)
    {
        for (IReadOnlyList<Incident>? page = null; page is not { Count: 0 } && byId.Count < MostOpen;)
        {
            page = await store.ListAsync(new IncidentQuery { Open = true, Before = page?[^1].Id.Value, Limit = Page }, cancellationToken);
            foreach (var incident in page)
            {
                Noticed(incident);
            }
        }
    }

    /// <summary>An incident was written.</summary>
    public void Noticed(Incident incident)
    {
        if (!incident.State.IsOpen())
        {
            byId.TryRemove(incident.Id, out _);
            if (AwaitsItsEnd(incident))
            {
                return;
            }

            foreach (var (hash, _) in byHash.Where(p => p.Value == incident.Id).ToArray())
            {
                byHash.TryRemove(new(hash, incident.Id));
            }

            return;
        }

        byId[incident.Id] = incident;
        foreach (var hash in incident.SplitOff)
        {
            byHash.TryRemove(new(hash, incident.Id));
        }

        foreach (var owned in incident.Fingerprints)
        {
            byHash[owned.Fingerprint.Hash] = incident.Id;
        }

        if (!strategies.Contains(incident.Fingerprint.Strategy))
        {
            strategies = strategies.Add(incident.Fingerprint.Strategy);
        }
    }

    /// <summary>
    /// A fingerprint belongs to an open incident from now on; the incident's row says so a moment later. False when the incident has
    /// ended meanwhile: nothing was changed then.
    /// </summary>
    public bool TryOwn(Fingerprint fingerprint, IncidentId incident)
    {
        // Looked at on both sides of the change: whoever ends it takes it out of byId first, and out of byHash then.
        if (!byId.ContainsKey(incident))
        {
            return false;
        }

        byHash[fingerprint.Hash] = incident;
        return byId.ContainsKey(incident) || !byHash.TryRemove(new(fingerprint.Hash, incident));
    }

    /// <summary>A healed incident is about to be opened again: its fingerprints lead to it from now on.</summary>
    public void OpensAgain(Incident incident)
    {
        foreach (var owned in incident.Fingerprints)
        {
            byHash.TryAdd(owned.Fingerprint.Hash, incident.Id);
        }
    }

    /// <summary>Whether a signal at a time tells that a symptom is back that was healed beside what its open incident does.</summary>
    public bool IsBack(IncidentId id, string hash, DateTimeOffset at) =>
        Get(id)?.Heal is { IsOver: true, Beside: { } beside, Tried: [.., { End: HealEnd.Verified, EndedAt: var healed }] } && beside.Symptom == hash && at > healed;

    /// <summary>Takes back what <see cref="TryOwn"/> did.</summary>
    public void Disown(Fingerprint fingerprint, IncidentId incident) => byHash.TryRemove(new(fingerprint.Hash, incident));

    /// <summary>How many fingerprints lead to this incident.</summary>
    public int CountOf(IncidentId incident) => byHash.Count(p => p.Value == incident);

    /// <summary>The strategy of today, and the ones under which open incidents were made.</summary>
    public IReadOnlyList<FingerprintStrategy> StrategiesBeside(FingerprintStrategy today) =>
        strategies.Length == 0 || (strategies.Length == 1 && strategies[0] == today) ? Only[(int)today] : Both;

    public bool TryFind(string hash, out IncidentId id) => byHash.TryGetValue(hash, out id);

    public Incident? Get(IncidentId id) => byId.GetValueOrDefault(id);

    /// <summary>Oldest first.</summary>
    public IEnumerable<Incident> Of(ServiceName service) => byId.Values.Where(i => i.Service == service).OrderBy(i => i.Id.Value);

    /// <summary>Until its cool-down or its join is on disk, its signals are its own still: otherwise they would open another one right away.</summary>
    private static bool AwaitsItsEnd(Incident incident) =>
        incident is { LearnedAt: null, Outcome: IncidentOutcome.ClosedUnmerged or IncidentOutcome.GivenUp or IncidentOutcome.Joined };
}
