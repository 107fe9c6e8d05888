using Nightjar.Connectors;
using Nightjar.Connectors.Alerts;
using Nightjar.Connectors.GitHub;
using Nightjar.Connectors.Paging;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using static Nightjar.Configuration.Shapes;

namespace Nightjar.Configuration;

/// <summary>
/// Every key of <c>nightjar.yaml</c>, declared once: what it is called, means and takes, and which record it fills. Defaults are
/// those of the records.
/// </summary>
internal static class Keys
{
    private static readonly Scalar<string> Name = Text("a name", longest: 100);

    private static readonly Section<RepositoryLocation> Repository =
        new Section<RepositoryLocation>("{path, base}", "Where the code is.", new RepositoryLocation(""))
            .Key("path", "A local repository (bare or not), or any URL that git can read.", FilePath("a path or URL", IsLocal), o => o.Path, (o, v) => o with { Path = v }, required: true)
            .Key("base", "The branch that fixes are proposed to.", Text("a branch", longest: 200), o => o.BaseBranch, (o, v) => o with { BaseBranch = v })
            .Key("github", "Its name on GitHub, where the path does not tell it.", Signature("owner/name", "^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$"), o => o.GitHub, (o, v) => o with { GitHub = v });

    private static readonly Section<CheckCommand> Check =
        new Section<CheckCommand>("{command, timeout, network}", "The service's own check: its build and tests.", new CheckCommand(""))
            .Key("command", "Run by the shell in a private clone, inside a fence.", Text("a command"), o => o.Command, (o, v) => o with { Command = v }, required: true)
            .Key("timeout", "After this the check counts as failed.", Duration("1s", "6h"), o => o.Timeout, (o, v) => o with { Timeout = v })
            .Key("network", "Whether the check may reach the network.", Switch(), o => o.Network, (o, v) => o with { Network = v });

    private static readonly Section<HttpProbe> Probe =
        new Section<HttpProbe>("{name, url, …}", "An endpoint that answers when the service is well.", new HttpProbe("", new Uri("http://localhost")))
            .Key("name", "What the probe is called; part of the incident's identity.", Name, o => o.Name, (o, v) => o with { Name = v }, required: true)
            .Key("url", "What is asked.", Url(), o => o.Url, (o, v) => o with { Url = v }, required: true)
            .Key("every", "How often.", Duration("1s", "1d"), o => o.Every, (o, v) => o with { Every = v })
            .Key("timeout", "No answer by then is a failure.", Duration("10ms", "5m"), o => o.Timeout, (o, v) => o with { Timeout = v })
            .Key("status", "The status expected; any 2xx when absent.", Whole(100, 599), o => o.Status, (o, v) => o with { Status = v })
            .Key("expect", "Text that the answer must contain.", Text("a text"), o => o.Expect, (o, v) => o with { Expect = v })
            .Key("failures", "Failures in a row before it is a signal.", Whole(1, 1_000), o => o.Failures, (o, v) => o with { Failures = v })
            .Key("freshness", "How old a time in its JSON answer may be.", HostKeys.Freshness, o => o.Freshness, (o, v) => o with { Freshness = v })
            .Key("slow", "When right answers come too late.", HostKeys.Slow, o => o.Slow, (o, v) => o with { Slow = v })
            .Key("certificate", "When its certificate is told to run out, for https; looked at twice a day.", HostKeys.Certificate, o => o.Certificate, (o, v) => o with { Certificate = v });

    private static readonly Section<ErrorRateOptions> ErrorRate =
        new Section<ErrorRateOptions>("{threshold, minVolume, window, of, source}", "When an error rate is a problem.", new ErrorRateOptions())
            .Key("threshold", "Share of failures from which on it is one.", Number(0, 1), o => o.Threshold, (o, v) => o with { Threshold = v })
            .Key("minVolume", "Fewest requests (or lines) in the window that say anything.", Whole(1, 1_000_000_000), o => o.MinVolume, (o, v) => o with { MinVolume = v })
            .Key("window", "The time that is looked at.", Duration("1s", "1d"), o => o.Window, (o, v) => o with { Window = v })
            .Key("of", "What is counted: requests where the logs tell them, lines where not.", Choice(new Dictionary<string, RateUnit> { ["auto"] = RateUnit.Auto, ["requests"] = RateUnit.Requests, ["lines"] = RateUnit.Lines }), o => o.Of, (o, v) => o with { Of = v })
            .Key("source", "Who counts: logs, or the name of one of sources. When absent the service's log files where it has any, else the first source.", Text("logs, or the name of a source", longest: 100), o => o.Source, (o, v) => o with { Source = v });

    private static readonly Section<VerifyOptions> Verify =
        new Section<VerifyOptions>("{window, minVolume, patience, assumeDeployedAfter}", "When a fix counts as proven.", new VerifyOptions())
            .Key("window", "How long the fix must hold, from when it runs.", Duration("1s", "7d"), o => o.Window, (o, v) => o with { Window = v })
            .Key("minVolume", "Fewest requests in the window; fewer prove nothing.", Whole(1, 1_000_000_000), o => o.MinVolume, (o, v) => o with { MinVolume = v })
            .Key("patience", "How long to wait for traffic before the fix is told as unverified.", Duration("1s", "30d"), o => o.Patience, (o, v) => o with { Patience = v })
            .Key("assumeDeployedAfter", "After a merge without word of a rollout, when verification starts all the same.", Duration("0s", "30d"), o => o.AssumeDeployedAfter, (o, v) => o with { AssumeDeployedAfter = v });

    private static readonly Section<RunningVersion> Running =
        new Section<RunningVersion>("{url} or {command}", "Where the commit that runs now can be read; one of the two.", new RunningVersion())
            .Key("url", "A URL whose answer holds the commit.", Url(), o => o.Url, (o, v) => o with { Url = v })
            .Key("command", "A command that prints it.", Text("a command"), o => o.Command, (o, v) => o with { Command = v });

    private static readonly Section<Service> Service =
        new Section<Service>("{name, logs, journal, repository, check, health, …}", "One service to look after.", new Service { Name = new ServiceName("") })
            .Key("name", "What the service is called.", Name, o => o.Name.Value, (o, v) => o with { Name = new ServiceName(v) }, required: true)
            .Key("logs", "Globs of the log files that it writes; a relative one starts at this file's folder.", new ListOf<string>("a glob, or a list of them", FilePath("a glob"), orOne: true, fewest: 1), o => o.Logs, (o, v) => o with { Logs = v })
            .Key("journal", "Units of the systemd journal that it writes to, or patterns of them.", new ListOf<string>("a unit such as shop.service, or a list of them", LogKeys.Unit, orOne: true, fewest: 1), o => o.Journal, (o, v) => o with { Journal = v })
            .Key("repository", "Where its code is.", new Short<RepositoryLocation>(FilePath("a path or URL", IsLocal), p => new RepositoryLocation(p), Repository), o => o.Repository, (o, v) => o with { Repository = v })
            .Key("check", "How a change of its code is checked.", new Short<CheckCommand>(Text("a command"), c => new CheckCommand(c), Check), o => o.Check, (o, v) => o with { Check = v })
            .Key("lint", "Its formatter or linter, run like the check: a change that it does not pass is refused.", new Short<CheckCommand>(Text("a command"), c => new CheckCommand(c), Check), o => o.Lint, (o, v) => o with { Lint = v })
            .Key("health", "Short for one probe of the name health.", Url(), o => Health(o)?.Url, (o, v) => o with { Probes = o.Probes.Add(new HttpProbe("health", v)) })
            .Key("probes", "Endpoints that answer when it is well.", new ListOf<HttpProbe>("a list of probes", Probe), o => [.. o.Probes.Where(p => p != Health(o))], (o, v) => o with { Probes = o.Probes.AddRange(v) })
            .Key("containers", "Its Docker containers.", new ListOf<ContainerWatch>("a list of containers", DockerKeys.Watch, orOne: true), o => o.Containers, (o, v) => o with { Containers = v })
            .Key("errorRate", "When its error rate is a problem.", ErrorRate, o => !o.HasLogs && o.ErrorRate == new ErrorRateOptions() ? null : o.ErrorRate, (o, v) => o with { ErrorRate = v })
            .Key("triggers", "A log event that matches one of these is a signal of its own; added to those of all services.", LogKeys.Triggers, o => o.Triggers, (o, v) => o with { Triggers = v })
            .Key("remedies", "What playbooks may do to it beyond starting and stopping its containers.", new ListOf<Core.Healing.Remedy>("a list of remedies", HealingKeys.Remedy), o => o.Remedies, (o, v) => o with { Remedies = v })
            .Key("verify", "When a fix counts as proven.", Verify, o => o.Verify, (o, v) => o with { Verify = v })
            .Key("runningVersion", "How the running commit is learned.", Running, o => o.RunningVersion, (o, v) => o with { RunningVersion = v })
            .Key("dependsOn", "Services that it calls; an incident of one of them holds back incidents of this one.", new ListOf<string>("a list of service names", Name, orOne: true), o => [.. o.DependsOn.Select(n => n.Value)], (o, v) => o with { DependsOn = [.. v.Select(n => new ServiceName(n))] })
            .Key("kubernetes", "Where it runs in clusters.", new ListOf<ClusterPlace>("a list of places", KubernetesKeys.Place, orOne: true), o => o.Kubernetes, (o, v) => o with { Kubernetes = v })
            .Key("owners", "Who looks after it; pages take the route of the first one who has one of that name.", new ListOf<string>("a list of names", Name, orOne: true), o => o.Owners, (o, v) => o with { Owners = v })
            .Key("route", "The route that its pages take, before that of an owner.", Name, o => o.Route, (o, v) => o with { Route = v });

    private static readonly Section<DashboardOptions> Dashboard =
        new Section<DashboardOptions>("{listen, url}", "The dashboard and the API.", new DashboardOptions())
            .Key("listen", "Where it listens. Other machines reach it only when this is not the loopback address.", Address(), o => o.Listen, (o, v) => o with { Listen = v })
            .Key("url", "How people reach it, for links; the listening address when absent.", Url(), o => o.Url, (o, v) => o with { Url = v });

    private static readonly Section<RetentionOptions> Retention =
        new Section<RetentionOptions>("{journal, rates, containers, transcripts, clones}", "How long things are kept after an incident ended.", new RetentionOptions())
            .Key("journal", "Every act, with its reason.", Duration("1d", "36500d"), o => o.Journal, (o, v) => o with { Journal = v })
            .Key("rates", "The error rates of the past.", Duration("1h", "3650d"), o => o.Rates, (o, v) => o with { Rates = v })
            .Key("containers", "How containers were: health, response time, memory, processor, restarts.", Duration("1d", "3650d"), o => o.Containers, (o, v) => o with { Containers = v })
            .Key("transcripts", "What agents read and said.", Duration("0s", "3650d"), o => o.Transcripts, (o, v) => o with { Transcripts = v })
            .Key("clones", "Private clones that were left behind.", Duration("0s", "365d"), o => o.Clones, (o, v) => o with { Clones = v });

    private static readonly Section<HeartbeatOptions> Heartbeat =
        new Section<HeartbeatOptions>("{url, every}", "A URL asked while all is well, so that somebody notices when Nightjar is gone.", new HeartbeatOptions())
            .Key("url", "What is asked; none when absent.", Url(), o => o.Url, (o, v) => o with { Url = v })
            .Key("every", "How often.", Duration("1s", "1d"), o => o.Every, (o, v) => o with { Every = v });

    private static readonly Section<AuthorOptions> Author =
        new Section<AuthorOptions>("{name, email}", "Who signs the commits of a fix.", new AuthorOptions())
            .Key("name", "The author's name.", Signature("a name in one line without < and >", @"^[^<>\x00-\x1f\x7f]+$"), o => o.Name, (o, v) => o with { Name = v })
            .Key("email", "The author's address.", Signature("an address such as nightjar@example.org", GuardKeys.AddressPattern), o => o.Email, (o, v) => o with { Email = v });

    private static readonly Section<GitHubOptions> GitHub =
        new Section<GitHubOptions>("{token, tokenFile, webhookSecret, …}", "The GitHub that draft requests are opened on, for services whose repository is there.", new GitHubOptions())
            .Key("api", "Where its REST API begins; an Enterprise server's is https://HOST/api/v3.", Url(), o => o.Api, (o, v) => o with { Api = v })
            .Key("token", "The token, by way of a variable: ${NAME}.", Text("${NAME}"), o => o.Token.Length == 0 ? null : o.Token, (o, v) => o with { Token = v })
            .Key("tokenFile", "A file that holds the token alone.", FilePath("a path"), o => o.TokenFile, (o, v) => o with { TokenFile = v })
            .Key("webhookSecret", "What GitHub signs its webhooks to /hooks/github with, by way of a variable: ${NAME}.", Text("${NAME}"), o => o.WebhookSecret.Length == 0 ? null : o.WebhookSecret, (o, v) => o with { WebhookSecret = v })
            .Key("poll", "How often an open request is looked at; a webhook is faster.", Duration("1s", "1d"), o => o.Poll, (o, v) => o with { Poll = v })
            .Key("strict", "Refuse to run where GitHub would let our token change the base branch without a person's review.", Switch(), o => o.Strict, (o, v) => o with { Strict = v });

    private static readonly Dictionary<string, Mode> Modes = new() { ["observe"] = Mode.Observe, ["approve"] = Mode.Approve, ["autonomous"] = Mode.Autonomous };

    private static readonly Dictionary<string, Mode> OldModes = new() { ["report"] = Mode.Observe, ["watcher"] = Mode.Autonomous };

    private static readonly Dictionary<string, FenceChoice> Fences = new() { ["auto"] = FenceChoice.Auto, ["none"] = FenceChoice.None, ["bubblewrap"] = FenceChoice.Bubblewrap, ["container"] = FenceChoice.Container };

    /// <summary>The whole file.</summary>
    public static readonly Section<NightjarOptions> Root =
        new Section<NightjarOptions>("the keys of nightjar.yaml", "The configuration of Nightjar.", new NightjarOptions())
            .Key("services", "The services to look after; must be given unless clusters are watched.", new ListOf<Service>("a list of services", Service, fewest: 1), o => o.Services, (o, v) => o with { Services = v })
            .Key("triggers", "What makes a signal of a log event of any service. When absent the text CRITICAL, container_unhealthy, healing_failed or auto_heal_failed, and the level fatal; [] for none.", LogKeys.Triggers, o => o.Triggers, (o, v) => o with { Triggers = v })
            .Key("sources", "Stores that are asked for error rates: ClickHouse, Prometheus.", new ListOf<RateSourceOptions>("a list of sources", SourceKeys.Source), o => o.Sources, (o, v) => o with { Sources = v })
            .Key("alerts", "Other alerting systems that send to /hooks/alerts/<name>.", new ListOf<AlertReceiverOptions>("a list of receivers", SourceKeys.Receiver), o => o.Alerts, (o, v) => o with { Alerts = v })
            .Key("docker", "The Docker Engine that runs the containers of the services.", DockerKeys.Docker, o => o.Services.All(s => s.Containers.IsEmpty) ? null : o.Docker, (o, v) => o with { Docker = v })
            .Key("host", "What is watched of the machine that Nightjar runs on.", HostKeys.Host, o => o.Host.Disks.IsEmpty ? null : o.Host, (o, v) => o with { Host = v })
            .Key("kubernetes", "The clusters that are watched.", KubernetesKeys.Kubernetes, o => o.Kubernetes.IsOn ? o.Kubernetes : null, (o, v) => o with { Kubernetes = v with { IsOn = true } })
            .Key("mode", "How far Nightjar may go: observe changes nothing that runs, approve asks before it acts, autonomous acts within its policy.", Choice(Modes, OldModes), o => o.Conduct.Mode, (o, v) => o with { Conduct = o.Conduct with { Mode = v } })
            .Key("proposals", "Whether draft pull requests are opened.", Switch(), o => o.Conduct.Proposals, (o, v) => o with { Conduct = o.Conduct with { Proposals = v } })
            .Key("tries", "Failed tries of a stage before it is left alone for an hour, then two, four … twenty-four.", Whole(1, 100), o => o.Conduct.Tries, (o, v) => o with { Conduct = o.Conduct with { Tries = v } })
            .Key("coolDown", "How long a problem is only counted after its pull request was closed unmerged.", Duration("0s", "365d"), o => o.Conduct.CoolDown, (o, v) => o with { Conduct = o.Conduct with { CoolDown = v } })
            .Key("state", "The folder of the store, transcripts and clones.", FilePath("a folder"), o => o.State, (o, v) => o with { State = v })
            .Key("dashboard", "The dashboard and the API.", Dashboard, o => o.Dashboard, (o, v) => o with { Dashboard = v })
            .Key("fingerprints", "How problems are told apart.", new Section<FingerprintOptions>("{strategy}", "How problems are told apart.", new FingerprintOptions(new NightjarOptions().Fingerprints))
                .Key("strategy", "evidence adds message and place when the error class says nothing; class goes by the class alone.", Choice(new Dictionary<string, FingerprintStrategy> { ["evidence"] = FingerprintStrategy.Evidence, ["class"] = FingerprintStrategy.Class }), o => o.Strategy, (_, v) => new FingerprintOptions(v)), o => new FingerprintOptions(o.Fingerprints), (o, v) => o with { Fingerprints = v.Strategy })
            .Key("agent", "Who looks for causes and writes fixes.", AgentKeys.Agent, o => o.Agent, (o, v) => o with { Agent = v })
            .Key("retention", "How long things are kept.", Retention, o => o.Retention, (o, v) => o with { Retention = v })
            .Key("heartbeat", "The sign of life for others.", Heartbeat, o => o.Heartbeat.Url is null ? null : o.Heartbeat, (o, v) => o with { Heartbeat = v })
            .Key("fence", "What keeps checks and agents in: bubblewrap, or a container of the Docker or Podman on this machine; auto takes the first of them that works, none does without, and then nothing that a model wrote is run.", Choice(Fences), o => o.Fence, (o, v) => o with { Fence = v })
            .Key("author", "Who signs the commits of a fix.", Author, o => o.Author, (o, v) => o with { Author = v })
            .Key("github", "The GitHub that draft requests are opened on.", GitHub, o => o.GitHub, (o, v) => o with { GitHub = v })
            .Key("gate", "What a fix must be before it is published.", GuardKeys.Gate, o => o.Gate, (o, v) => o with { Gate = v })
            .Key("limits", "How much work agents do, and how many draft requests people are given.", GuardKeys.Limits, o => o.Limits, (o, v) => o with { Limits = v })
            .Key("playbooks", "The folder of the playbooks; those that came with Nightjar when absent.", FilePath("a folder"), o => o.Playbooks, (o, v) => o with { Playbooks = v })
            .Key("healing", "The bounds of all healing.", HealingKeys.Healing, o => o.Healing, (o, v) => o with { Healing = v })
            .Key("routes", "Whom pages reach.", new ListOf<PageRouteOptions>("a list of routes", GuardKeys.Route), o => o.Routes, (o, v) => o with { Routes = v })
            .Key("route", "The route of all pages that no service or owner has one for; our own log when absent.", Name, o => o.Route, (o, v) => o with { Route = v })
            .Key("announce", "How people are told what becomes of incidents, beside our own log.", new ListOf<AnnounceOptions>("one or a list of announcements", GuardKeys.Announce, orOne: true, fewest: 1), o => o.Announce, (o, v) => o with { Announce = v })
            .Key("mail", "The server that mail is handed to.", GuardKeys.Mail, o => o.Mail.Host.Length == 0 ? null : o.Mail, (o, v) => o with { Mail = v });

    /// <summary>False for what git takes as a remote: a URL, or <c>host:path</c>.</summary>
    public static bool IsLocal(string repository) =>
        !repository.Contains("://", StringComparison.Ordinal) && repository.IndexOf(':', StringComparison.Ordinal) is var colon && (colon < 0 || repository.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash && slash < colon);

    /// <summary>The probe that the short form stands for, if the service has it.</summary>
    private static HttpProbe? Health(Service service) => service.Probes.FirstOrDefault(p => p == new HttpProbe("health", p.Url));

    private sealed record FingerprintOptions(FingerprintStrategy Strategy);
}
