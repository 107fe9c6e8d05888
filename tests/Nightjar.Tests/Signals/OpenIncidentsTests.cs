using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Signals;

public class OpenIncidentsTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 19, 21, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_fingerprint_is_never_given_to_an_incident_that_ended_meanwhile()
    {
        var open = new OpenIncidents();
        var incident = Incident(1, "aaaaaaaa");
        open.Noticed(incident);
        open.Noticed(incident with { State = IncidentState.Resolved, Outcome = IncidentOutcome.OverByItself });

        Assert.False(open.TryOwn(Hash("bbbbbbbb"), incident.Id));
        Assert.False(open.TryFind("bbbbbbbb", out _));
        Assert.False(open.TryFind("aaaaaaaa", out _));
    }

    [Theory]
    [InlineData(IncidentOutcome.ClosedUnmerged)]
    [InlineData(IncidentOutcome.GivenUp)]
    [InlineData(IncidentOutcome.Joined)]
    public void Until_the_cool_down_or_the_join_is_on_disk_its_signals_open_nothing(IncidentOutcome outcome)
    {
        var open = new OpenIncidents();
        var incident = Incident(1, "aaaaaaaa");
        open.Noticed(incident);
        var ended = incident with { State = IncidentState.GaveUp, Outcome = outcome };
        open.Noticed(ended);
        Assert.True(open.TryFind("aaaaaaaa", out _));
        Assert.Empty(open.All);

        open.Noticed(ended with { LearnedAt = Now });
        Assert.False(open.TryFind("aaaaaaaa", out _));
    }

    [Fact]
    public async Task However_many_are_open_all_are_known_after_a_start()
    {
        var open = new OpenIncidents();
        await open.LoadAsync(new ManyOpen(2_500), default);
        Assert.Equal(2_500, open.All.Length);
    }

    [Fact]
    public void The_oldest_comes_first()
    {
        var open = new OpenIncidents();
        foreach (var id in new long[] { 12, 3, 7, 1, 9 })
        {
            open.Noticed(Incident(id, $"0000000{id:x}"[^8..]));
        }

        Assert.Equal([1, 3, 7, 9, 12], open.Of(new ServiceName("shop")).Select(i => i.Id.Value));
    }

    private static Fingerprint Hash(string hash) => new(hash, FingerprintStrategy.Evidence, Masks.Version);

    private static Incident Incident(long id, string hash) => new()
    {
        Id = new IncidentId(id),
        Service = new ServiceName("shop"),
        Title = "shop fails",
        OpenedAt = Now,
        Trigger = new Signal { Kind = SignalKind.ErrorRate, Service = new ServiceName("shop"), At = Now },
        Fingerprints = [new OwnedFingerprint(Hash(hash), "shop|Error", "Error", null, Now, "opened by it")],
    };

    /// <summary>A store that hands out no more than a thousand rows at once, as the real ones do.</summary>
    private sealed class ManyOpen(int count) : IIncidents
    {
        public Task<IReadOnlyList<Incident>> ListAsync(IncidentQuery query, CancellationToken cancellationToken)
        {
            var newest = query.Before is { } before ? before - 1 : count;
            return Task.FromResult<IReadOnlyList<Incident>>([.. Enumerable.Range(0, (int)Math.Min(newest, Math.Min(query.Limit, 1_000))).Select(i => Incident(newest - i, $"{newest - i:x8}"))]);
        }

        public Task<Incident> OpenAsync(Incident draft, Fold first, JournalEntry entry, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Incident?> GetAsync(IncidentId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> WriteAsync(Incident incident, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<(IncidentId Id, DateTimeOffset Due)>> DueAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Incident?> LatestAsync(string hash, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
