using Nightjar.Core.Healing;
using Nightjar.Core.Signals;
using static Nightjar.Configuration.Shapes;

namespace Nightjar.Configuration;

/// <summary>The keys of healing: its bounds and remedies in the configuration, and the files of the playbooks folder.</summary>
internal static class HealingKeys
{
    private const string NamePattern = "^[a-z0-9]+(-[a-z0-9]+)*$";

    private static readonly Scalar<string> Word = Signature("a name of small letters, digits and dashes", NamePattern);

    private static readonly Scalar<HealRisk> Risk = Choice(new Dictionary<string, HealRisk> { ["safe"] = HealRisk.Safe, ["ask"] = HealRisk.Ask, ["never"] = HealRisk.Never });

    private static readonly Scalar<Severity> Severity = Choice(new Dictionary<string, Severity> { ["info"] = Core.Signals.Severity.Info, ["warning"] = Core.Signals.Severity.Warning, ["critical"] = Core.Signals.Severity.Critical });

    private static readonly Scalar<Touches> Touched = Choice(new Dictionary<string, Touches> { ["volume"] = Touches.Volume, ["migration"] = Touches.Migration, ["configuration"] = Touches.Configuration, ["network"] = Touches.Network, ["secret"] = Touches.Secret, ["schema"] = Touches.Schema });

    private static readonly Section<HotFixOptions> HotFix =
        new Section<HotFixOptions>("{allow, shell, timeout, most}", "Commands that an agent may run in what runs: without asking in mode autonomous, with a person's yes in mode approve.", new HotFixOptions())
            .Key("allow", "The commands, word for word; * in a word fits anything in it, ** at the end any more words. None when absent.", new ListOf<string>("a list of commands", Text("a command", longest: 400), orOne: true), o => o.Allow, (o, v) => o with { Allow = v })
            .Key("shell", "Whether words may have characters that a shell takes apart.", Switch(), o => o.Shell, (o, v) => o with { Shell = v })
            .Key("timeout", "Longest that one may take.", Duration("1s", "10m"), o => o.Timeout, (o, v) => o with { Timeout = v })
            .Key("most", "Commands for one incident.", Whole(1, 100), o => o.Most, (o, v) => o with { Most = v });

    public static readonly Section<HealOptions> Healing =
        new Section<HealOptions>("{answerWithin, actionsPerHour, servicesAtOnce, …}", "The bounds of all healing.", new HealOptions())
            .Key("answerWithin", "How long a person has to say yes to an action; no answer is a no.", Duration("1m", "7d"), o => o.AnswerWithin, (o, v) => o with { AnswerWithin = v })
            .Key("actionsPerHour", "Actions within an hour over all services; one more stops all healing and pages.", Whole(1, 1_000), o => o.ActionsPerHour, (o, v) => o with { ActionsPerHour = v })
            .Key("servicesAtOnce", "Services that are healed at once; one more stops all healing and pages.", Whole(1, 1_000), o => o.ServicesAtOnce, (o, v) => o with { ServicesAtOnce = v })
            .Key("escalateAfter", "Heals of a service that fail before its incident goes to investigation, where a playbook's step has no attempts of its own.", Whole(1, 5), o => o.EscalateAfter, (o, v) => o with { EscalateAfter = v })
            .Key("window", "The time within which they count.", Duration("1m", "7d"), o => o.Window, (o, v) => o with { Window = v })
            .Key("reopenWithin", "A problem that is seen again so soon after it was healed is the same incident, which is opened again.", Duration("1m", "7d"), o => o.ReopenWithin, (o, v) => o with { ReopenWithin = v })
            .Key("escalateAtComeback", "When it comes back for this time it goes to investigation instead of being healed again.", Whole(1, 100), o => o.EscalateAtComeback, (o, v) => o with { EscalateAtComeback = v })
            .Key("runbookOnly", "Nothing is done but along a playbook, which is quoted; an agent's own commands are asked for in any mode.", Switch(), o => o.RunbookOnly, (o, v) => o with { RunbookOnly = v })
            .Key("hotFix", "Commands that an agent may run in what runs.", HotFix, o => o.HotFix, (o, v) => o with { HotFix = v });

    public static readonly Section<Remedy> Remedy =
        new Section<Remedy>("{name, exec | call | directory | project, …}", "What an action of a playbook means for this service; one of exec, call, directory, project.", new Remedy { Name = "" })
            .Key("name", "The action's name in playbooks.", Word, o => o.Name, (o, v) => o with { Name = v }, required: true)
            .Key("exec", "A program in the container, and its arguments one by one; no shell.", new ListOf<string>("a list of words", Text("a word")), o => o.Exec, (o, v) => o with { Exec = v })
            .Key("container", "Where the program runs; the container in trouble when absent.", Signature("a container's name", "^[A-Za-z0-9][A-Za-z0-9_.-]*$"), o => o.Container, (o, v) => o with { Container = v })
            .Key("call", "A URL that is requested; 2xx is done.", Url(), o => o.Call, (o, v) => o with { Call = v })
            .Key("method", "How it is requested.", Signature("GET, POST, PUT, PATCH or DELETE", "^(GET|POST|PUT|PATCH|DELETE)$"), o => o.Method, (o, v) => o with { Method = v })
            .Key("directory", "Files below it are deleted; links are not followed.", FilePath("a folder"), o => o.Directory, (o, v) => o with { Directory = v })
            .Key("pattern", "Which files, by their name.", Signature("a file name with * and ?", @"^[^/\\]+$"), o => o.Pattern, (o, v) => o with { Pattern = v })
            .Key("olderThan", "Only files that were not changed for so long.", Duration("0s", "3650d"), o => o.OlderThan, (o, v) => o with { OlderThan = v })
            .Key("project", "The folder of a compose project.", FilePath("a folder"), o => o.Project, (o, v) => o with { Project = v })
            .Key("composeService", "Its service that is built anew and started.", Signature("a compose service", "^[A-Za-z0-9][A-Za-z0-9_.-]*$"), o => o.ComposeService, (o, v) => o with { ComposeService = v })
            .Key("touches", "What it touches; a person is asked for each of these.", new ListOf<Touches>("a list", Touched, orOne: true), o => o.Touches, (o, v) => o with { Touches = v })
            .Key("risk", "How freely it may be done.", Risk, o => o.Risk, (o, v) => o with { Risk = v })
            .Key("timeout", "Longest it may take.", Duration("1s", "1h"), o => o.Timeout, (o, v) => o with { Timeout = v });

    private static readonly ListOf<string> Kinds = new("a list of kinds", Signature("container, deployment, statefulset, daemonset, job, pod or node", "^(container|deployment|statefulset|daemonset|job|pod|node)$"), orOne: true, fewest: 1);

    private static readonly Section<PlaybookMatch> When =
        new Section<PlaybookMatch>("{conditions, causes, services, severity, workloads, dependencyUnwell, afterRollout}", "Which incidents it is for; everything that is named must fit.", new PlaybookMatch())
            .Key("conditions", "Any of these conditions or alert types.", new ListOf<string>("a list of conditions", Word, orOne: true, fewest: 1), o => o.Conditions, (o, v) => o with { Conditions = v })
            .Key("causes", "Any of these error classes.", new ListOf<string>("a list of error classes", Text("an error class", longest: 300), orOne: true, fewest: 1), o => o.Causes, (o, v) => o with { Causes = v })
            .Key("services", "Any of these services.", new ListOf<string>("a list of services", Text("a service", longest: 100), orOne: true, fewest: 1), o => o.Services, (o, v) => o with { Services = v })
            .Key("severity", "This severity or a worse one.", Severity, o => o.Severity, (o, v) => o with { Severity = v })
            .Key("dependencyUnwell", "Only while a container that the workload needs is not well.", Switch(), o => o.DependencyUnwell, (o, v) => o with { DependencyUnwell = v })
            .Key("workloads", "Kinds of workload; all when absent.", Kinds, o => o.Workloads, (o, v) => o with { Workloads = v })
            .Key("afterRollout", "Only trouble that began within so long after its workload was rolled out, where it ran something else before.", Duration("1s", "7d"), o => o.AfterRollout, (o, v) => o with { AfterRollout = v });

    private static readonly Section<HealStep> StepKeys =
        new Section<HealStep>("{action, attempts, coolDown, wait, longestWait, …}", "One action, tried until it helped.", new HealStep())
            .Key("action", $"{string.Join(", ", HealStep.BuiltIn)}, or the name of a remedy.", Word, o => o.Action, (o, v) => o with { Action = v }, required: true)
            .Key("attempts", "How often it is tried.", Whole(1, 20), o => o.Attempts, (o, v) => o with { Attempts = v })
            .Key("coolDown", "Least time between two attempts.", Duration("0s", "1d"), o => o.CoolDown, (o, v) => o with { CoolDown = v })
            .Key("wait", "Time before the first look whether it helped.", Duration("0s", "1h"), o => o.Wait, (o, v) => o with { Wait = v })
            .Key("longestWait", "The wait doubles with each attempt, up to this.", Duration("1s", "1d"), o => o.LongestWait, (o, v) => o with { LongestWait = v })
            .Key("by", "For scale: pods more than now; negative for fewer.", Whole(-100, 100), o => o.By, (o, v) => o with { By = v })
            .Key("most", "For scale: never more pods.", Whole(0, 10_000), o => o.Most, (o, v) => o with { Most = v })
            .Key("factor", "For raise-memory: one step, as a factor of the limit.", Number(1.01, 4), o => o.Factor, (o, v) => o with { Factor = v })
            .Key("ceiling", "For raise-memory: never above it.", Signature("an amount of memory such as 512Mi", "^[0-9]{1,9}(Ki|Mi|Gi|k|M|G)?$"), o => o.Ceiling, (o, v) => o with { Ceiling = v });

    private static readonly Section<HealVerify> VerifyKeys =
        new Section<HealVerify>("{workload, probe, errorRateBelow, quiet, minVolume, for, within}", "What must be true for it to count as healed.", new HealVerify())
            .Key("workload", "The workload is well; where one is known when absent.", Switch(), o => o.Workload, (o, v) => o with { Workload = v })
            .Key("probe", "Every probe is answered as it should be; where there are any when absent.", Switch(), o => o.Probe, (o, v) => o with { Probe = v })
            .Key("errorRateBelow", "Share of failures; the service's threshold where a rate opened the incident when absent.", Number(0, 1), o => o.ErrorRateBelow, (o, v) => o with { ErrorRateBelow = v })
            .Key("quiet", "The trouble was not seen again; where no workload is known when absent.", Switch(), o => o.Quiet, (o, v) => o with { Quiet = v })
            .Key("minVolume", "Fewest requests or lines that say anything.", Whole(1, 1_000_000), o => o.MinVolume, (o, v) => o with { MinVolume = v })
            .Key("for", "How long it must hold without a break.", Duration("0s", "1d"), o => o.For, (o, v) => o with { For = v })
            .Key("within", "By when it must have begun to hold.", Duration("1s", "1d"), o => o.Within, (o, v) => o with { Within = v });

    /// <summary>One file of the playbooks folder.</summary>
    public static readonly Section<Playbook> Playbook =
        new Section<Playbook>("the keys of a playbook", "What is done about a kind of trouble.", new Playbook())
            .Key("says", "What it is for, in a line.", Text("a line", longest: 300), o => o.Says, (o, v) => o with { Says = v })
            .Key("when", "Which incidents it is for.", When, o => o.When, (o, v) => o with { When = v }, required: true)
            .Key("do", "What is done, in order.", new ListOf<HealStep>("a list of steps", new Short<HealStep>(Word, a => new HealStep { Action = a }, StepKeys), orOne: true, fewest: 1), o => o.Do, (o, v) => o with { Do = v }, required: true)
            .Key("verify", "What must be true afterwards.", VerifyKeys, o => o.Verify, (o, v) => o with { Verify = v })
            .Key("limits", "Its own bounds.", new Section<Bounds>("{perHour}", "Its own bounds.", new Bounds(null))
                .Key("perHour", "Actions on one service within an hour.", Whole(1, 1_000), o => o.PerHour, (_, v) => new Bounds(v)), o => new Bounds(o.PerHour), (o, v) => o with { PerHour = v.PerHour })
            .Key("risk", "How freely it may act.", Risk, o => o.Risk, (o, v) => o with { Risk = v });

    private static readonly Section<AlertType> Type =
        new Section<AlertType>("{name, patterns, window, heal, escalate, …}", "A kind of trouble that is counted for each service before it is acted on.", new AlertType())
            .Key("name", "The condition that playbooks know it by.", Word, o => o.Name, (o, v) => o with { Name = v }, required: true)
            .Key("says", "What it is, in a line.", Text("a line", longest: 300), o => o.Says, (o, v) => o with { Says = v })
            .Key("patterns", "Log lines that are one, as regular expressions.", new ListOf<string>("a list of regular expressions", Pattern(), orOne: true), o => o.Patterns, (o, v) => o with { Patterns = v })
            .Key("counts", "Other conditions that count for it.", new ListOf<string>("a list of conditions", Word, orOne: true), o => o.Counts, (o, v) => o with { Counts = v })
            .Key("workloads", "Kinds of workload that it counts; all when absent.", Kinds, o => o.Workloads, (o, v) => o with { Workloads = v })
            .Key("window", "How far back is counted.", Duration("1s", "7d"), o => o.Window, (o, v) => o with { Window = v })
            .Key("heal", "From so many on it is healed.", Whole(1, 1_000), o => o.HealAt, (o, v) => o with { HealAt = v })
            .Key("escalate", "At so many it goes to investigation.", Whole(1, 1_000), o => o.EscalateAt, (o, v) => o with { EscalateAt = v })
            .Key("healAfter", "For trouble that lasts: how long before it is healed.", Duration("1s", "7d"), o => o.HealAfter, (o, v) => o with { HealAfter = v })
            .Key("escalateAfter", "For trouble that lasts: when it goes to investigation.", Duration("1s", "7d"), o => o.EscalateAfter, (o, v) => o with { EscalateAfter = v })
            .Key("gap", "Lasting trouble that was not seen for so long is over.", Duration("1s", "1d"), o => o.Gap, (o, v) => o with { Gap = v })
            .Key("severity", "The least severity of its incidents.", Severity, o => o.Severity, (o, v) => o with { Severity = v });

    /// <summary>The file <c>alert-types.yaml</c>.</summary>
    public static readonly Section<AlertTypes> Types =
        new Section<AlertTypes>("the keys of alert-types.yaml", "What is counted before it is acted on.", new AlertTypes([]))
            .Key("types", "The alert types.", new ListOf<AlertType>("a list of alert types", Type, fewest: 1), o => o.Types, (_, v) => new AlertTypes(v), required: true);

    private sealed record Bounds(int? PerHour);
}

/// <summary>What <c>alert-types.yaml</c> says.</summary>
internal sealed record AlertTypes(System.Collections.Immutable.ImmutableArray<AlertType> Types);
