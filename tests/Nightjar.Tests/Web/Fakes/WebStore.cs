using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Web.Fakes;

/// <summary>The stores of incidents in memory, with what was posted and woken.</summary>
internal sealed class WebStore : IIncidents, IFolds, IJournal, IInbox, IEvidenceStore, IRates, IWakeUps, IPauseSwitch, ISilences, IFingerprintLedger
{
    public List<Incident> Incidents { get; } = [];

    public List<Fold> Folds { get; } = [];

    public List<JournalEntry> Entries { get; } = [];

    public List<InboxMessage> Inbox { get; } = [];

    public List<(IncidentId Id, DateTimeOffset At)> Woken { get; } = [];

    public List<(IncidentId Id, string Name, EvidenceBundle Bundle)> Evidence { get; } = [];

    public List<RateBucket> Buckets { get; } = [];

    public List<Silence> Silences { get; } = [];

    public List<HeldBack> Held { get; } = [];

    public Dictionary<string, DateTimeOffset> Cooling { get; } = [];

    public Pause? Pause { get; set; }

    /// <summary>How often counts were read.</summary>
    public int FoldReads { get; private set; }

    /// <summary>Set: everything that is asked of the incidents fails with it.</summary>
    public string? Away { get; set; }

    public void Note(IncidentId id, DateTimeOffset at, string actor, string act, string why, JournalStep step = JournalStep.Note, string? key = null) =>
        Entries.Add(new JournalEntry { Sequence = Entries.Count + 1, Incident = id, At = at, Actor = actor, Act = act, Why = why, Step = step, Key = key });

    Task<Incident> IIncidents.OpenAsync(Incident draft, Fold first, JournalEntry entry, CancellationToken cancellationToken) => throw new NotSupportedException("The web opens nothing");

    Task<Incident?> IIncidents.GetAsync(IncidentId id, CancellationToken cancellationToken) => Task.FromResult(There().FirstOrDefault(i => i.Id == id));

    Task<bool> IIncidents.WriteAsync(Incident incident, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) => throw new NotSupportedException("The web writes no incident");

    Task<IReadOnlyList<Incident>> IIncidents.ListAsync(IncidentQuery query, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Incident>>(
        [.. There()
            .Where(i => (query.Open is null || i.State.IsOpen() == query.Open) && (query.Service is null || i.Service == query.Service) && (query.Before is null || i.Id.Value < query.Before))
            .OrderByDescending(i => i.Id.Value)
            .Take(query.Limit)]);

    Task<IReadOnlyList<(IncidentId Id, DateTimeOffset Due)>> IIncidents.DueAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<Incident?> IIncidents.LatestAsync(string hash, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task IFolds.AddAsync(IReadOnlyList<Fold> folds, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<ImmutableArray<Fold>> IFolds.ReadAsync(IncidentId incident, CancellationToken cancellationToken)
    {
        FoldReads++;
        return Task.FromResult(Folds.Where(f => f.Incident == incident).ToImmutableArray());
    }

    Task<IReadOnlyDictionary<IncidentId, ImmutableArray<Fold>>> IFolds.ReadManyAsync(IReadOnlyCollection<IncidentId> incidents, CancellationToken cancellationToken)
    {
        FoldReads++;
        return Task.FromResult<IReadOnlyDictionary<IncidentId, ImmutableArray<Fold>>>(Folds.Where(f => incidents.Contains(f.Incident)).GroupBy(f => f.Incident).ToDictionary(g => g.Key, g => g.ToImmutableArray()));
    }

    Task IJournal.AppendAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        Entries.Add(entry with { Sequence = Entries.Count + 1 });
        return Task.CompletedTask;
    }

    Task<IReadOnlyList<JournalEntry>> IJournal.FindAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyList<JournalEntry>> IJournal.ReadAsync(IncidentId? incident, long after, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<JournalEntry>>(
        [.. Entries.Where(e => (incident is null || e.Incident == incident) && e.Sequence > after).Take(limit)]);

    Task IInbox.PostAsync(IncidentId incident, InboxKind kind, string actor, string text, CancellationToken cancellationToken)
    {
        Inbox.Add(new InboxMessage(Inbox.Count + 1, incident, kind, actor, text, default));
        return Task.CompletedTask;
    }

    Task<IReadOnlyList<InboxMessage>> IInbox.ReadAsync(IncidentId incident, long after, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<string> IEvidenceStore.KeepAsync(IncidentId incident, EvidenceBundle bundle, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyList<(string Id, EvidenceBundle Bundle)>> IEvidenceStore.ReadAsync(IncidentId incident, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<(string, EvidenceBundle)>>(
        [.. Evidence.Where(e => e.Id == incident).Select(e => (e.Name, e.Bundle))]);

    Task IRates.AddAsync(IReadOnlyList<RateBucket> buckets, IReadOnlyDictionary<string, string> marks, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<RateReading> IRates.ReadAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var inside = Between(service, from, to);
        return Task.FromResult(new RateReading(from, to, inside.Sum(b => b.Errors), inside.Sum(b => b.Total), inside.Select(b => b.Of).FirstOrDefault(RateUnit.Requests)));
    }

    Task<IReadOnlyList<RateBucket>> IRates.SeriesAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RateBucket>>(Between(service, from, to));

    Task IWakeUps.WakeAsync(IncidentId incident, DateTimeOffset at, CancellationToken cancellationToken)
    {
        Woken.Add((incident, at));
        return Task.CompletedTask;
    }

    Task<Pause?> IPauseSwitch.GetAsync(CancellationToken cancellationToken) => Task.FromResult(Pause);

    Task IPauseSwitch.SetAsync(Pause? pause, CancellationToken cancellationToken)
    {
        Pause = pause;
        return Task.CompletedTask;
    }

    Task<Silence> ISilences.AddAsync(string? service, string? hash, DateTimeOffset until, string by, string why, CancellationToken cancellationToken)
    {
        Silences.Add(new Silence(Silences.Count + 1, service, hash, until, by, why, default));
        return Task.FromResult(Silences[^1]);
    }

    Task<IReadOnlyList<Silence>> ISilences.ActiveAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Silence>>([.. Silences.Where(s => s.Until > now)]);

    Task<bool> ISilences.EndAsync(long id, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(Silences.RemoveAll(s => s.Id == id) > 0);

    Task IFingerprintLedger.CoolDownAsync(string hash, DateTimeOffset until, string why, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyDictionary<string, DateTimeOffset>> IFingerprintLedger.CoolingAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyDictionary<string, DateTimeOffset>>(Cooling);

    Task IFingerprintLedger.AddHeldBackAsync(IReadOnlyList<HeldBack> rows, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyList<HeldBack>> IFingerprintLedger.HeldBackAsync(int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<HeldBack>>([.. Held.Take(limit)]);

    private List<Incident> There() => Away is { } why ? throw new StoreUnavailableException(why) : Incidents;

    private List<RateBucket> Between(ServiceName service, DateTimeOffset from, DateTimeOffset to) =>
        [.. Buckets.Where(b => b.Service == service && b.Start >= from && b.Start < to).OrderBy(b => b.Start)];
}
