using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Core.Incidents;

/// <summary>The incidents on disk.</summary>
public interface IIncidents
{
    /// <summary>
    /// Writes a new incident with its first fold and journal row in one transaction; its number is given here, whatever the draft
    /// says. When an open incident owns one of the fingerprints already, that one is returned instead: the fold is added to
    /// it, the journal row is not written.
    /// </summary>
    Task<Incident> OpenAsync(Incident draft, Fold first, JournalEntry entry, CancellationToken cancellationToken);

    Task<Incident?> GetAsync(IncidentId id, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the row if its version is still <paramref name="expectedVersion"/>, and appends the journal rows with it. The stored
    /// version becomes the expected one plus 1. False when somebody else was first: nothing is written then.
    /// </summary>
    /// <exception cref="FingerprintTakenException">Another open incident owns one of its fingerprints.</exception>
    Task<bool> WriteAsync(Incident incident, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<Incident>> ListAsync(IncidentQuery query, CancellationToken cancellationToken);

    /// <summary>Everything that is due at some time, or has messages that nobody took in, for rebuilding the wake-ups.</summary>
    Task<IReadOnlyList<(IncidentId Id, DateTimeOffset Due)>> DueAsync(CancellationToken cancellationToken);

    /// <summary>The incident that owns this fingerprint: the open one, else the latest.</summary>
    Task<Incident?> LatestAsync(string hash, CancellationToken cancellationToken);
}

/// <summary>Which incidents to list; everything null means all.</summary>
public sealed record IncidentQuery
{
    public bool? Open { get; init; }

    public ServiceName? Service { get; init; }

    public long? Before { get; init; }

    public int Limit { get; init; } = 50;
}

/// <summary>Counts of repeats, kept beside the incidents because they change far more often.</summary>
public interface IFolds
{
    /// <summary>Adds counts, widens the span and replaces samples (none given: the old ones stay); all in one transaction.</summary>
    Task AddAsync(IReadOnlyList<Fold> folds, CancellationToken cancellationToken);

    Task<ImmutableArray<Fold>> ReadAsync(IncidentId incident, CancellationToken cancellationToken);

    /// <summary>
    /// The folds of many incidents in one read, for lists: none given means none read, and an incident without folds is not in the
    /// answer. Samples are left out, because a list shows counts.
    /// </summary>
    Task<IReadOnlyDictionary<IncidentId, ImmutableArray<Fold>>> ReadManyAsync(IReadOnlyCollection<IncidentId> incidents, CancellationToken cancellationToken);
}
