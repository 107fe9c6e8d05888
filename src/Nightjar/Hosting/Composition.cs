using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nightjar.Agents.Fence;
using Nightjar.Configuration;
using Nightjar.Connectors;
using Nightjar.Connectors.Actions;
using Nightjar.Connectors.Alerts;
using Nightjar.Connectors.Docker;
using Nightjar.Connectors.Git;
using Nightjar.Connectors.GitHub;
using Nightjar.Connectors.Host;
using Nightjar.Connectors.Journald;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.LocalHost;
using Nightjar.Connectors.Paging;
using Nightjar.Connectors.Probes;
using Nightjar.Core.Announcements;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Runs;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs;
using Nightjar.Logs.Sources;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Hosting;

/// <summary>What stories replace: time, the wake-ups, and who is told at the points where a kill would be felt.</summary>
internal sealed record Seams
{
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public IWakeUps? WakeUps { get; init; }

    public PointReached Reached { get; init; } = _ => { };

    public ReviewOptions Review { get; init; } = new();
}

/// <summary>Puts the rooms together. The whole program in one place: who needs what, and nothing else.</summary>
internal static class Composition
{
    /// <summary>Incidents that may keep an agent or a check busy at once: a check builds code, and takes cores for itself.</summary>
    private const int MostAgents = 4;

    public static IServiceCollection AddNightjar(this IServiceCollection services, NightjarOptions options, SqliteStore store, Seams seams)
    {
        var (shelf, reader) = PlaybookHost.Open(options);
        store.Runs.In(options.Conduct.Mode);
        return services
            .AddSingleton(options).AddSingleton(options.Conduct).AddSingleton(seams.Clock).AddSingleton(new Catalogue(options.Services)).AddSingleton(shelf).AddSingleton(reader)
            .AddStore(store).AddSignals(options).AddRooms(options).AddHealing(options).AddPipeline(options, seams);
    }

    private static IServiceCollection AddStore(this IServiceCollection services, SqliteStore store) => services
        .AddSingleton(store).AddSingleton(store.Incidents).AddSingleton(store.Folds).AddSingleton(store.Inbox).AddSingleton(store.Journal)
        .AddSingleton(store.Ledger).AddSingleton(store.Silences).AddSingleton<IPauseSwitch>(s => new ResumeSwitch(store.Pause, s.GetRequiredService<AgentBreaker>(), s.GetRequiredService<HealGrants>())).AddSingleton(store.Rates).AddSingleton(store.Figures).AddSingleton(store.Requests)
        .AddSingleton(store.Evidence).AddSingleton(store.Marks).AddSingleton(store.Memory).AddSingleton(store.SignIns).AddSingleton(store.Spend).AddSingleton(store.Slots).AddSingleton(store.Pages).AddSingleton(store.Breaker).AddSingleton(store.LogMemory).AddSingleton(store.Heals).AddSingleton(store.Tallies).AddSingleton(store.AgentRuns).AddSingleton(store.Runs).AddSingleton<PassBook>().AddSingleton<Passes>()
        .AddSingleton(new IncidentStores(store.Incidents, store.Folds, store.Inbox, store.Journal, store.Ledger));

    private static IServiceCollection AddSignals(this IServiceCollection services, NightjarOptions options) => services
        .AddSingleton(new IntakeOptions(options.Fingerprints, options.Healing.ReopenWithin)).AddSingleton<OpenIncidents>().AddSingleton<HoldBack>().AddSingleton<Intake>()
        .AddSingleton<AlertCounts>().AddSingleton<AlertDoor>().AddSingleton<ISignalDoor>(s => s.GetRequiredService<AlertDoor>()).AddSingleton<ByHand>().AddSingleton<HealDoor>().AddSingleton<HealWish>();

    private static IServiceCollection AddRooms(this IServiceCollection services, NightjarOptions options) => services
        .AddSingleton<LogStores>().AddSingleton(s => new LogWatching(s.GetRequiredService<Catalogue>(), LineSources(s), [.. options.Triggers, .. s.GetRequiredService<PlaybookShelf>().Triggers], s.GetRequiredService<LogStores>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>()))
        .AddSingleton<ILogDigests>(s => new FirstDigest([s.GetRequiredService<LogWatching>(), s.GetRequiredService<RateSources>()]))
        .AddSingleton(s => new RateSources(options.Sources, s.GetRequiredService<Catalogue>(), s.GetRequiredService<ISignalDoor>(), s.GetRequiredService<IRates>(), s.GetRequiredService<IWatchMarks>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>()))
        .AddSingleton<AlertStores>().AddSingleton(s => new AlertRoom(options.Alerts, s.GetRequiredService<Catalogue>(), s.GetRequiredService<ISignalDoor>(), s.GetRequiredService<AlertStores>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AlertRoom>>()))
        .AddSingleton<IAlertDoor>(s => s.GetRequiredService<AlertRoom>()).AddSingleton<IAlertAnswers>(s => s.GetRequiredService<AlertRoom>())
        .AddSingleton<ProbeRoom>().AddSingleton(s => new DiskWatcher(options.Host, s.GetRequiredService<ISignalDoor>(), DiskWatcher.Read, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<DiskWatcher>>()))
        .AddSingleton<IProbeAnswers>(s => new FirstAnswer([s.GetRequiredService<ProbeRoom>(), s.GetRequiredService<DiskWatcher>()]))
        .AddSingleton(options.Docker).AddSingleton<DockerRoom>().AddSingleton(s => s.GetRequiredService<DockerRoom>().Workloads).AddSingleton(s => s.GetRequiredService<DockerRoom>().Actuator)
        .AddSingleton(options.Kubernetes).AddSingleton<KubernetesRoom>().AddSingleton(s => s.GetRequiredService<KubernetesRoom>().Hands(s.GetRequiredService<Catalogue>())).AddSingleton(s => s.GetRequiredService<ClusterHands>().Workloads).AddSingleton(s => s.GetRequiredService<ClusterHands>().Actuator).AddSingleton(s => s.GetRequiredService<KubernetesRoom>().Evidence)
        .AddSingleton(s => Watchers(s, options))
        .AddSingleton(s => s.GetRequiredService<ProbeRoom>().RunningVersions())
        .AddSingleton(s => new GitRepositories(StateFiles.Repositories(options.State), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<GitRepositories>>(), author: new CommitAuthor(options.Author.Name, options.Author.Email), logins: s.GetRequiredService<GitHubRoom>().Login))
        .AddSingleton<ICodeRepositories>(s => s.GetRequiredService<GitRepositories>())
        .AddSingleton<ILocalBranches>(s => s.GetRequiredService<GitRepositories>())
        .AddSingleton(s => new LocalCodeHost(s.GetRequiredService<IRequestRecords>(), s.GetRequiredService<ILocalBranches>(), s.GetRequiredService<Catalogue>(), n => $"{options.PublicUrl}/requests/{n}", s.GetRequiredService<TimeProvider>()))
        .AddSingleton(s => s.GetRequiredService<LocalCodeHost>().Review)
        .AddSingleton(options.GitHub).AddSingleton<GitHubRoom>().AddSingleton<GitHubHooks>()
        .AddSingleton<HostOf>(s => service => HostOfService(service, s.GetRequiredService<GitHubRoom>(), s.GetRequiredService<LocalCodeHost>()))
        .AddSingleton<IServiceCheck>(s => Check(options, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ServiceCheck>>()))
        .AddSingleton(s => new PagingRoom(options.Routes, options.Mail, options.Conduct.DryRun, s.GetRequiredService<ILogger<ConsoleChannel>>()))
        .AddSingleton(s => s.GetRequiredService<PagingRoom>().For(options.Route, s.GetRequiredService<Catalogue>()))
        .AddAgent(options)
        .AddSingleton<IAnnouncer, ConsoleAnnouncer>().AddAnnouncers(options);

    /// <summary>Log lines that are not in files.</summary>
    private static IEnumerable<ILineSource> LineSources(IServiceProvider parts)
    {
        var (catalogue, clock) = (parts.GetRequiredService<Catalogue>(), parts.GetRequiredService<TimeProvider>());
        return
        [
            .. JournalRoom.Sources(catalogue, new JournalOptions(), clock),
            .. parts.GetRequiredService<DockerRoom>().Lines(),
            .. catalogue.All.Where(s => s.StandardInput).Select(s => new StreamLines(s.Name, "standard input", Console.OpenStandardInput)),
        ];
    }

    private static IServiceCollection AddHealing(this IServiceCollection services, NightjarOptions options) => services
        .AddSingleton(options.Healing).AddSingleton<Hands>().AddSingleton<HealPlanner>().AddSingleton<HealGrants>().AddSingleton<HealGate>().AddSingleton<HealCheck>().AddSingleton<HotFixes>().AddSingleton<HealLedger>()
        .AddSingleton<IActuator, CallActuator>().AddSingleton<IActuator, DeleteActuator>().AddSingleton<IActuator>(_ => new RebuildActuator(host: options.Docker.IsTls ? null : options.Docker.Host));

    private static IEnumerable<IWatcher> Watchers(IServiceProvider parts, NightjarOptions options) =>
    [
        .. parts.GetRequiredService<LogWatching>().Watchers,
        .. parts.GetRequiredService<ProbeRoom>().Watchers(parts.GetRequiredService<Catalogue>(), parts.GetRequiredService<ISignalDoor>()),
        .. options.Host.Disks.IsEmpty ? Array.Empty<IWatcher>() : [parts.GetRequiredService<DiskWatcher>()],
        .. parts.GetRequiredService<RateSources>().Watchers,
        .. parts.GetRequiredService<DockerRoom>() is { IsWanted: true } docker ? [docker.Watcher(parts.GetRequiredService<ISignalDoor>(), parts.GetRequiredService<IContainerFigures>())] : Array.Empty<IWatcher>(),
        .. parts.GetRequiredService<KubernetesRoom>().Watchers(parts.GetRequiredService<Catalogue>(), parts.GetRequiredService<ISignalDoor>(), parts.GetRequiredService<LogWatching>(), options.Conduct, StateFiles.Identity(options.State), parts.GetRequiredService<ILoggerFactory>()),
        .. options.Alerts.IsEmpty ? Array.Empty<IWatcher>() : [parts.GetRequiredService<AlertRoom>()],
    ];

    private static IServiceCollection AddAnnouncers(this IServiceCollection services, NightjarOptions options)
    {
        services.AddSingleton<AnnounceStores>();
        foreach (var (i, announce) in options.Conduct.DryRun ? [] : options.Announce.Index())
        {
            services.AddSingleton<IAnnouncer>(s => announce.File is { } file
                ? new FileAnnouncer(new AnnounceFileOptions(file) { Severity = announce.Severity }, s.GetRequiredService<TimeProvider>())
                : new ChannelAnnouncer(s.GetRequiredService<PagingRoom>().ForAnnouncements(announce, i + 1), announce.Severity, s.GetRequiredService<AnnounceStores>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ChannelAnnouncer>>()));
        }

        return services;
    }

    private static IServiceCollection AddPipeline(this IServiceCollection services, NightjarOptions options, Seams seams)
    {
        services
            .AddSingleton<Pager>().AddSingleton<AgentBreaker>().AddSingleton(options.Limits).AddSingleton<RequestQueue>().AddSingleton(new Gate(options.Gate))
            .AddSingleton(seams.Review).AddSingleton<AgentQueue>().AddSingleton(s => new AgentSlots(MostAgents, s.GetRequiredService<AgentQueue>())).AddSingleton<EvidenceGatherer>().AddSingleton<RequestDesk>().AddSingleton<FixWorkshop>().AddSingleton<RolloutWatch>().AddSingleton<QuietEvidence>()
            .AddSingleton<TriageStage>().AddSingleton<HealStage>().AddSingleton<InvestigateStage>().AddSingleton<ProposeStage>().AddSingleton<ReviewStage>().AddSingleton<VerifyStage>().AddSingleton<RequestEnd>().AddSingleton<LearnStage>()
            .AddSingleton(s => new StageList(s.GetRequiredService<TriageStage>(), s.GetRequiredService<HealStage>(), s.GetRequiredService<InvestigateStage>(), s.GetRequiredService<ProposeStage>(), s.GetRequiredService<ReviewStage>(), s.GetRequiredService<VerifyStage>(), s.GetRequiredService<LearnStage>()))
            .AddSingleton(s => new Teller(s.GetServices<IAnnouncer>(), s.GetRequiredService<Pager>(), id => $"{options.PublicUrl}/incidents/{id.Value}", seams.Clock, s.GetRequiredService<ILogger<Teller>>()))
            .AddSingleton(s => new LoopRules(options.Conduct, s.GetRequiredService<IPauseSwitch>(), s.GetRequiredService<AgentBreaker>(), s.GetRequiredService<Teller>(), s.GetRequiredService<BesideHealing>(), seams.Clock, seams.Reached))
            .AddSingleton<BesideHealing>().AddSingleton<StageRunner>().AddSingleton<IncidentLoop>().AddSingleton<QuartzWakeUps>();
        return seams.WakeUps is { } wakeUps ? services.AddSingleton(wakeUps) : services.AddSingleton<IWakeUps>(s => s.GetRequiredService<QuartzWakeUps>());
    }

    /// <summary>A repository on this machine has the local host; one elsewhere that is not on our GitHub has none.</summary>
    private static ICodeHost? HostOfService(Service service, GitHubRoom github, LocalCodeHost local) =>
        github.Hosts(service) ? github.Host : Keys.IsLocal(service.Repository?.Path ?? "") || service.Repository?.Path.StartsWith("file://", StringComparison.OrdinalIgnoreCase) == true ? local : null;

    /// <summary>For git: rooms do not know each other.</summary>
    public static GitLogin? Login(this GitHubRoom github, string address) => github.LoginFor(address) is var (site, user, token) ? new GitLogin(site, user, token) : null;

    /// <summary>A check may read git's objects, which a private clone shares with its mirror.</summary>
    private static ServiceCheck Check(NightjarOptions options, TimeProvider clock, ILogger<ServiceCheck> logger) =>
        new ServiceCheck(FenceSetup.For(options.Fence, clock), new NoFence(clock), _ => [Path.Combine(StateFiles.Repositories(options.State), "mirrors")], logger);
}
