using Microsoft.Extensions.DependencyInjection;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Stories;

/// <summary>The disk of the store is full for a while: no act without its row, and nothing doubled when there is room again.</summary>
public class DiskStories
{
    [Theory]
    [InlineData("written:Investigating")]
    [InlineData("investigate:branch-1:intent")]
    [InlineData("investigate:branch-1:done-unwritten")]
    [InlineData("investigate:request-1:done-unwritten")]
    [InlineData("propose:enter")]
    [InlineData("propose:push-")]
    [InlineData("propose:leave")]
    [InlineData("verify:leave")]
    [InlineData("learn:enter")]
    public async Task Full_at_any_point_it_stops_says_so_and_goes_on(string at)
    {
        var disk = new Disk();
        var filled = false;
        await using var world = await World.StartAsync(new WorldOptions
        {
            Parts = disk.Replace,
            Reached = point =>
            {
                if (!filled && point.StartsWith(at, StringComparison.Ordinal))
                {
                    filled = disk.IsFull = true;
                }
            },
        });
        await MainJobStories.SeeTheRaceAsync(world);
        await MendAsync(world, disk);
        if ((await world.OnlyIncidentAsync()).State == IncidentState.InReview)
        {
            await world.MergeAsync(1);
            await world.DeployAsync();
            await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        }

        await MendAsync(world, disk);
        var incident = await world.OnlyIncidentAsync();
        Assert.True(filled, "the disk was never full");
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Merged), (incident.State, incident.Outcome));
        Assert.NotNull(incident.LearnedAt);
        Assert.Single(await world.RequestsAsync());
        Assert.Equal(2, (await world.Code.BranchesAsync()).Length);
        Assert.Equal(3, (await world.Code.SubjectsAsync($"main^1..{incident.Request?.Branch}")).Length);
        Assert.Single(await world.Store.Requests.CommentsAsync(1, default));
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(world.Options.Folder, "state", "incidents.jsonl")));
    }

    [Fact]
    public async Task Counts_that_could_not_be_written_are_written_once_when_there_is_room()
    {
        var disk = new Disk();
        await using var world = await World.StartAsync(new WorldOptions { Parts = disk.Replace });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.Store.Silences.AddAsync(null, Nightjar.Core.Signals.Fingerprint.Of(Seen.PaymentsTimeOut(world.Clock.GetUtcNow()), default).Hash, world.Clock.GetUtcNow().AddHours(1), "ann", "known", default);
        world.Clock.Advance(TimeSpan.FromSeconds(2));
        await world.Intake.AcceptAsync(Seen.StockGoesNegative(world.Clock.GetUtcNow()), default);
        await world.Intake.AcceptAsync(Seen.PaymentsTimeOut(world.Clock.GetUtcNow()), default);

        disk.IsLedgerFull = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => world.Intake.FlushAsync(default));
        disk.IsLedgerFull = false;
        await world.Intake.FlushAsync(default);
        Assert.Equal(2, (await world.Store.Folds.ReadAsync(new IncidentId(1), default)).Sum(f => f.Count));
        Assert.Equal(1, Assert.Single(await world.Store.Ledger.HeldBackAsync(10, default)).Count);
    }

    /// <summary>Nothing happens outside while the disk is full; then there is room, and time for another try.</summary>
    private static async Task MendAsync(World world, Disk disk)
    {
        if (!disk.IsFull)
        {
            return;
        }

        Assert.Contains(world.Options.Log.Errors, e => e.Contains("the disk is full", StringComparison.Ordinal));
        var (branches, request) = (await world.Code.BranchesAsync(), (await world.RequestsAsync()).SingleOrDefault());
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(branches, await world.Code.BranchesAsync());
        Assert.Equal(request?.Body, (await world.RequestsAsync()).SingleOrDefault()?.Body);
        disk.IsFull = false;
        await world.PassAsync(TimeSpan.FromSeconds(11));
    }

    /// <summary>The store, whose writes fail while its disk is full; reading goes on.</summary>
    private sealed class Disk
    {
        public bool IsFull { get; set; }

        public bool IsLedgerFull { get; set; }

        public void Replace(IServiceCollection services, SqliteStore store)
        {
            var stores = new IncidentStores(new Incidents(this, store.Incidents), store.Folds, store.Inbox, new Journal(this, store.Journal), new Ledger(this, store.Ledger));
            services.AddSingleton(stores).AddSingleton(stores.Incidents).AddSingleton(stores.Journal).AddSingleton(stores.Ledger)
                .AddSingleton<Core.Signals.HoldBack>().AddSingleton<IRequestRecords>(new Requests(this, store.Requests));
        }

        private T Room<T>(T store) => IsFull ? throw new StoreUnavailableException("the disk is full") : store;

        private sealed class Incidents(Disk disk, IIncidents store) : IIncidents
        {
            public Task<Incident> OpenAsync(Incident draft, Fold first, JournalEntry entry, CancellationToken cancellationToken) => disk.Room(store).OpenAsync(draft, first, entry, cancellationToken);

            public Task<Incident?> GetAsync(IncidentId id, CancellationToken cancellationToken) => store.GetAsync(id, cancellationToken);

            public Task<bool> WriteAsync(Incident incident, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) => disk.Room(store).WriteAsync(incident, expectedVersion, entries, cancellationToken);

            public Task<IReadOnlyList<Incident>> ListAsync(IncidentQuery query, CancellationToken cancellationToken) => store.ListAsync(query, cancellationToken);

            public Task<IReadOnlyList<(IncidentId Id, DateTimeOffset Due)>> DueAsync(CancellationToken cancellationToken) => store.DueAsync(cancellationToken);

            public Task<Incident?> LatestAsync(string hash, CancellationToken cancellationToken) => store.LatestAsync(hash, cancellationToken);
        }

        private sealed class Journal(Disk disk, IJournal store) : IJournal
        {
            public Task AppendAsync(JournalEntry entry, CancellationToken cancellationToken) => disk.Room(store).AppendAsync(entry, cancellationToken);

            public Task<IReadOnlyList<JournalEntry>> FindAsync(string key, CancellationToken cancellationToken) => store.FindAsync(key, cancellationToken);

            public Task<IReadOnlyList<JournalEntry>> ReadAsync(IncidentId? incident, long after, int limit, CancellationToken cancellationToken) => store.ReadAsync(incident, after, limit, cancellationToken);
        }

        private sealed class Ledger(Disk disk, IFingerprintLedger store) : IFingerprintLedger
        {
            public Task CoolDownAsync(string hash, DateTimeOffset until, string why, CancellationToken cancellationToken) => disk.Room(store).CoolDownAsync(hash, until, why, cancellationToken);

            public Task<IReadOnlyDictionary<string, DateTimeOffset>> CoolingAsync(DateTimeOffset now, CancellationToken cancellationToken) => store.CoolingAsync(now, cancellationToken);

            public Task AddHeldBackAsync(IReadOnlyList<HeldBack> rows, CancellationToken cancellationToken) =>
                disk.IsLedgerFull ? throw new StoreUnavailableException("the disk is full") : disk.Room(store).AddHeldBackAsync(rows, cancellationToken);

            public Task<IReadOnlyList<HeldBack>> HeldBackAsync(int limit, CancellationToken cancellationToken) => store.HeldBackAsync(limit, cancellationToken);
        }

        private sealed class Requests(Disk disk, IRequestRecords store) : IRequestRecords
        {
            public Task<HostedRequest> AddAsync(HostedRequest request, CancellationToken cancellationToken) => disk.Room(store).AddAsync(request, cancellationToken);

            public Task<HostedRequest?> GetAsync(int number, CancellationToken cancellationToken) => store.GetAsync(number, cancellationToken);

            public Task<IReadOnlyList<HostedRequest>> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);

            public Task UpdateAsync(HostedRequest request, CancellationToken cancellationToken) => disk.Room(store).UpdateAsync(request, cancellationToken);

            public Task<bool> EndAsync(int number, HostedState state, string by, DateTimeOffset at, string? mergeCommit, CancellationToken cancellationToken) => disk.Room(store).EndAsync(number, state, by, at, mergeCommit, cancellationToken);

            public Task CommentAsync(int number, RequestComment comment, CancellationToken cancellationToken) => disk.Room(store).CommentAsync(number, comment, cancellationToken);

            public Task<IReadOnlyList<RequestComment>> CommentsAsync(int number, CancellationToken cancellationToken) => store.CommentsAsync(number, cancellationToken);
        }
    }
}
