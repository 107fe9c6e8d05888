using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nightjar.Configuration;
using Nightjar.Core.Announcements;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Hosting;
using Nightjar.Logs;
using Nightjar.Storage.Sqlite;
using Nightjar.Testing;

namespace Nightjar.Stories;

/// <summary>
/// The whole daemon but for its web server, in a folder of its own: a real store, a real git repository, the program's own
/// composition, a clock that the story moves. Signals come from the story, or from the log files that the real log watchers follow.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    /// <summary>How long the machine may take for what a story waits for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The pace of a busy log watcher, so that no look is left out.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> watching = [];
    private readonly ServiceProvider parts;
    private readonly StoryWakeUps wakeUps;

    private World(WorldOptions options, ServiceProvider parts, SqliteStore store, StoryWakeUps wakeUps, CodeBase code)
    {
        Options = options;
        this.parts = parts;
        this.wakeUps = wakeUps;
        Store = store;
        Code = code;
    }

    public static ServiceName Shop { get; } = new("shop");

    public WorldOptions Options { get; }

    public FakeClock Clock => Options.Clock;

    public SqliteStore Store { get; }

    public CodeBase Code { get; }

    public StoryDigests Logs => parts.GetRequiredService<StoryDigests>();

    public StoryAnnouncer Told => parts.GetRequiredService<StoryAnnouncer>();

    public Intake Intake => parts.GetRequiredService<Intake>();

    public ILocalReview Review => parts.GetRequiredService<ILocalReview>();

    /// <summary>A part of the program as it is composed.</summary>
    public T Part<T>()
        where T : notnull => parts.GetRequiredService<T>();

    /// <summary>Opens what is in the folder, and builds the code base when there is none.</summary>
    public static async Task<World> StartAsync(WorldOptions? options = null)
    {
        options ??= new WorldOptions();
        Directory.CreateDirectory(options.Folder);
        var code = await CodeBase.OpenOrBuildAsync(options.Folder, options.Clock.GetUtcNow());
        var nightjar = options.Configure(code);
        Directory.CreateDirectory(nightjar.State);
        var store = await SqliteStore.OpenAsync(StateFiles.Store(nightjar.State), options.Clock, CancellationToken.None);
        var wakeUps = new StoryWakeUps();
        var services = new ServiceCollection().AddLogging(l => l.AddProvider(options.Log).SetMinimumLevel(LogLevel.Information))
            .AddNightjar(nightjar, store, new Seams { Clock = options.Clock, WakeUps = wakeUps, Reached = options.Reached, Review = options.Review })
            .AddSingleton<StoryAnnouncer>().AddSingleton<IAnnouncer>(s => s.GetRequiredService<StoryAnnouncer>());
        if (!options.WatchesLogs)
        {
            services.AddSingleton<StoryDigests>().AddSingleton<ILogDigests>(s => s.GetRequiredService<StoryDigests>());
        }

        options.Parts(services, store);
        var world = new World(options, services.BuildServiceProvider(), store, wakeUps, code);
        var open = world.parts.GetRequiredService<OpenIncidents>();
        await open.LoadAsync(store.Incidents, CancellationToken.None);
        foreach (var incident in (await store.Incidents.DueAsync(CancellationToken.None)).Select(d => d.Id).Concat(open.All.Select(i => i.Id)))
        {
            await wakeUps.WakeAsync(incident, options.Clock.GetUtcNow(), CancellationToken.None);
        }

        if (options.WatchesLogs)
        {
            world.watching.AddRange(world.parts.GetRequiredService<LogWatching>().Watchers.Select(w => Task.Run(() => w.RunAsync(world.stop.Token))));
            await world.AllLookedAsync();
        }

        if (options.WatchesContainers)
        {
            world.watching.AddRange(world.parts.GetRequiredService<IEnumerable<IWatcher>>().Where(w => w.Name == "docker").Select(w => Task.Run(() => w.RunAsync(world.stop.Token))));
        }

        return world;
    }

    /// <summary>Lets time pass in the watchers' own steps, and the loop work, until it is so.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert(TimeProvider.System.GetElapsedTime(since) < Patience, "it did not come to that");
            await LookAsync(Look);
        }
    }

    /// <summary>Time passes while the log watchers look.</summary>
    public async Task LookAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Look)
        {
            await AllLookedAsync();
            Clock.Advance(Look);
            await AllLookedAsync();
            await Intake.FlushAsync(CancellationToken.None);
            await SettleAsync();
        }
    }

    /// <summary>What the store has counted of the shop's requests, ever.</summary>
    public Task<RateReading> CountedAsync() => Store.Rates.ReadAsync(Shop, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, CancellationToken.None);

    /// <summary>Hands signals to intake, as a watcher would, and lets the loop work until it waits.</summary>
    public async Task SeeAsync(params Signal[] signals)
    {
        foreach (var signal in signals)
        {
            await parts.GetRequiredService<ISignalDoor>().AcceptAsync(signal, CancellationToken.None);
        }

        await Intake.FlushAsync(CancellationToken.None);
        await SettleAsync();
    }

    /// <summary>Runs every step that is due.</summary>
    public async Task SettleAsync()
    {
        var loop = parts.GetRequiredService<IncidentLoop>();
        while (wakeUps.TakeDue(Clock.GetUtcNow()) is { } incident)
        {
            await loop.StepAsync(incident, CancellationToken.None);
        }
    }

    /// <summary>Time passes; each step runs at its own time.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        var until = Clock.GetUtcNow() + time;
        while (wakeUps.Next is { } next && next <= until)
        {
            Clock.AdvanceTo(next > Clock.GetUtcNow() ? next : Clock.GetUtcNow());
            await SettleAsync();
        }

        Clock.AdvanceTo(until);
    }

    /// <summary>Requests that the shop served in a stretch of time that ends now.</summary>
    public async Task ServeAsync(long errors, long total, TimeSpan over, RateUnit of = RateUnit.Requests)
    {
        var slices = Math.Max(1, (int)(over / RateBucket.Slice));
        for (var i = 0; i < slices; i++)
        {
            await PassAsync(over / slices);
            var start = new DateTimeOffset((Clock.GetUtcNow().UtcTicks - 1) / RateBucket.Slice.Ticks * RateBucket.Slice.Ticks, TimeSpan.Zero);
            await Store.Rates.AddAsync([new RateBucket(Shop, start, Share(errors, i, slices), Share(total, i, slices), of)], new Dictionary<string, string>(), CancellationToken.None);
        }

        await SettleAsync();
    }

    public async Task MergeAsync(int request, string person = "ann")
    {
        var answer = await Review.MergeAsync(request, null, person, CancellationToken.None);
        Assert(answer.Done, answer.Says);
        await TellAsync(InboxKind.RequestMerged, person, "");
    }

    public async Task CloseAsync(int request, string person = "ann")
    {
        var answer = await Review.CloseAsync(request, person, CancellationToken.None);
        Assert(answer.Done, answer.Says);
        await TellAsync(InboxKind.RequestClosed, person, "");
    }

    /// <summary>Somebody deployed the head of the base branch.</summary>
    public async Task DeployAsync() => await TellAsync(InboxKind.Deployed, "pipeline", await Code.HeadAsync("main"));

    /// <summary>Sends a message to every open incident.</summary>
    public async Task TellAsync(InboxKind kind, string actor, string text)
    {
        foreach (var incident in await Store.Incidents.ListAsync(new IncidentQuery { Open = true }, CancellationToken.None))
        {
            await TellAsync(incident.Id, kind, actor, text);
        }
    }

    public async Task TellAsync(IncidentId incident, InboxKind kind, string actor, string text)
    {
        await Store.Inbox.PostAsync(incident, kind, actor, text, CancellationToken.None);
        await wakeUps.WakeAsync(incident, Clock.GetUtcNow(), CancellationToken.None);
        await SettleAsync();
    }

    public async Task<ImmutableArray<Incident>> IncidentsAsync() =>
        [.. (await Store.Incidents.ListAsync(new IncidentQuery { Limit = 100 }, CancellationToken.None)).OrderBy(i => i.Id.Value)];

    public async Task<Incident> OnlyIncidentAsync() => Xunit.Assert.Single(await IncidentsAsync());

    public async Task<ImmutableArray<HostedRequest>> RequestsAsync() => [.. (await Store.Requests.ListAsync(CancellationToken.None)).OrderBy(r => r.Number)];

    public Task<IReadOnlyList<JournalEntry>> JournalAsync() => Store.Journal.ReadAsync(null, 0, 1_000, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(watching).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await parts.DisposeAsync();
        stop.Dispose();
        await Store.DisposeAsync();
        if (Options.DeleteAtEnd)
        {
            Directory.Delete(Options.Folder, recursive: true);
        }
    }

    /// <summary>Watchers that rest wait for a timer each.</summary>
    private Task AllLookedAsync() => Clock.TimersAsync(watching.Count).WaitAsync(Patience);

    private static long Share(long sum, int part, int parts) => (sum * (part + 1) / parts) - (sum * part / parts);

    private static void Assert(bool holds, string says) => Xunit.Assert.True(holds, says);
}

/// <summary>How a story's world differs from the plain one.</summary>
internal sealed record WorldOptions
{
    public string Folder { get; init; } = Path.Combine(Path.GetTempPath(), $"nightjar-story-{Guid.NewGuid():N}");

    public bool DeleteAtEnd { get; init; } = true;

    public FakeClock Clock { get; init; } = new();

    /// <summary>Follow the services' log files, instead of what the story says of them.</summary>
    public bool WatchesLogs { get; init; }

    public PointReached Reached { get; init; } = _ => { };

    public ReviewOptions Review { get; init; } = new();

    /// <summary>Watch the services' containers, in the engine that the configuration names.</summary>
    public bool WatchesContainers { get; init; }

    public Func<NightjarOptions, NightjarOptions> Change { get; init; } = o => o;

    public Func<Service, Service> Service { get; init; } = s => s;

    public ImmutableArray<Service> Others { get; init; } = [];

    public StoryLog Log { get; init; } = new();

    /// <summary>Puts other parts in the place of the program's own.</summary>
    public Action<IServiceCollection, SqliteStore> Parts { get; init; } = (_, _) => { };

    public NightjarOptions Configure(CodeBase code)
    {
        var shop = new Service
        {
            Name = World.Shop,
            Repository = new RepositoryLocation(code.Bare),
            Check = new CheckCommand("sh check.sh"),
        };
        return Change(new NightjarOptions { Services = [Service(shop), .. Others], State = Path.Combine(Folder, "state"), Conduct = new Conduct() });
    }
}
