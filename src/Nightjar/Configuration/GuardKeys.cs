using Nightjar.Connectors.Paging;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;
using static Nightjar.Configuration.Shapes;

namespace Nightjar.Configuration;

/// <summary>The keys of what keeps Nightjar within bounds, and of whom it pages.</summary>
internal static class GuardKeys
{
    public const string AddressPattern = @"^[^<>@\s\x00-\x1f\x7f]+@[^<>@\s\x00-\x1f\x7f]+$";

    private static readonly Scalar<string> PathPattern = Text("a path pattern as in a .gitignore", longest: 300);

    public static readonly Section<GateOptions> Gate =
        new Section<GateOptions>("{maxLines, maxFileSize, forbidden, allowed}", "What a fix must be before it is published.", new GateOptions())
            .Key("maxLines", "Lines added and removed together; a revert may have more.", Whole(1, 100_000), o => o.MaxLines, (o, v) => o with { MaxLines = v })
            .Key("maxFileSize", "Bytes of a changed file; a revert may have more.", Whole(1, 100_000_000), o => o.MaxFileSize, (o, v) => o with { MaxFileSize = v })
            .Key("forbidden", "Paths that no fix may touch, besides pipelines, hooks, git's and agents' own files, and lock files.", new ListOf<string>("a list of path patterns", PathPattern, orOne: true), o => o.Forbidden, (o, v) => o with { Forbidden = v })
            .Key("allowed", "Paths that a fix may touch all the same, and may make executable or a link.", new ListOf<string>("a list of path patterns", PathPattern, orOne: true), o => o.Allowed, (o, v) => o with { Allowed = v });

    public static readonly Section<RequestLimits> Limits =
        new Section<RequestLimits>("{requestsPerHour, openRequests, agentRunsPerHour}", "How much work agents do, and how many draft requests people are given, over all services.", new RequestLimits())
            .Key("requestsPerHour", "Opened within an hour; the next one waits.", Whole(1, 1_000), o => o.RequestsPerHour, (o, v) => o with { RequestsPerHour = v })
            .Key("openRequests", "Open at once; beyond it incidents are investigated, and their requests wait.", Whole(1, 10_000), o => o.OpenRequests, (o, v) => o with { OpenRequests = v })
            .Key("agentRunsPerHour", "Investigations that call a model, begun within an hour; the next one waits.", Whole(1, 10_000), o => o.AgentRunsPerHour, (o, v) => o with { AgentRunsPerHour = v });

    private static readonly Section<PageStepOptions> Step =
        new Section<PageStepOptions>("{kind, key, url, to}", "One step of a route.", new PageStepOptions())
            .Key("kind", "How people are paged.", Choice(new Dictionary<string, PageStepKind> { ["console"] = PageStepKind.Console, ["pagerduty"] = PageStepKind.PagerDuty, ["opsgenie"] = PageStepKind.Opsgenie, ["email"] = PageStepKind.Email, ["webhook"] = PageStepKind.Webhook }), o => o.Kind, (o, v) => o with { Kind = v }, required: true)
            .Key("key", "PagerDuty's routing key of an Events API v2 integration, Opsgenie's API key, or what a webhook is signed with.", SecretText(), o => o.Key is { File: null } ? o.Key : null, (o, v) => o with { Key = v })
            .Key("keyFile", "A file that holds the key.", SecretFile(), o => o.Key is { File: not null } ? o.Key : null, (o, v) => o with { Key = v })
            .Key("url", "The webhook's address, or where the API of PagerDuty or Opsgenie begins when it is not the usual one.", Url(), o => o.Url, (o, v) => o with { Url = v })
            .Key("to", "The addresses of an email.", new ListOf<string>("a list of addresses", Signature("an address such as ann@example.org", AddressPattern), orOne: true, fewest: 1), o => o.To, (o, v) => o with { To = v });

    public static readonly Section<PageRouteOptions> Route =
        new Section<PageRouteOptions>("{name, steps, every, times}", "Whom pages reach, one step after the other until somebody acknowledges.", new PageRouteOptions())
            .Key("name", "What services and owners name it by.", Text("a name", longest: 100), o => o.Name, (o, v) => o with { Name = v }, required: true)
            .Key("steps", "Told in this order; after the last the first one again.", new ListOf<PageStepOptions>("a list of steps", Step, fewest: 1), o => o.Steps, (o, v) => o with { Steps = v }, required: true)
            .Key("every", "Between two tellings.", Duration("1m", "1d"), o => o.Every, (o, v) => o with { Every = v })
            .Key("times", "Tellings of a step before the next.", Whole(1, 100), o => o.Times, (o, v) => o with { Times = v });

    public static readonly Section<AnnounceOptions> Announce =
        new Section<AnnounceOptions>("{file, email, webhook, key, severity}", "One way that announcements are told by: a file, mail or a webhook.", new AnnounceOptions())
            .Key("file", "A file such as logs/critical_alerts.log, a line each: five of 100 MB, for a week.", FilePath("a path"), o => o.File, (o, v) => o with { File = v })
            .Key("email", "Addresses of people.", new ListOf<string>("a list of addresses", Signature("an address such as ann@example.org", AddressPattern), orOne: true, fewest: 1), o => o.Email, (o, v) => o with { Email = v })
            .Key("webhook", "An address that JSON is posted to.", Url(), o => o.Webhook, (o, v) => o with { Webhook = v })
            .Key("key", "What the webhook is signed with.", SecretText(), o => o.Key is { File: null } ? o.Key : null, (o, v) => o with { Key = v })
            .Key("keyFile", "A file that holds the key.", SecretFile(), o => o.Key is { File: not null } ? o.Key : null, (o, v) => o with { Key = v })
            .Key("severity", "What is less grave is left out; the end of what was told is told, too.", Choice(new Dictionary<string, Severity> { ["info"] = Severity.Info, ["warning"] = Severity.Warning, ["critical"] = Severity.Critical }), o => o.Severity, (o, v) => o with { Severity = v });

    public static readonly Section<MailOptions> Mail =
        new Section<MailOptions>("{host, port, from, user, password, tls}", "The server that mail is handed to.", new MailOptions())
            .Key("host", "Its name.", Text("a host name", longest: 255), o => o.Host.Length == 0 ? null : o.Host, (o, v) => o with { Host = v }, required: true)
            .Key("port", "Its port.", Whole(1, 65_535), o => o.Port, (o, v) => o with { Port = v })
            .Key("from", "The sender.", Signature("an address such as nightjar@example.org", AddressPattern), o => o.From, (o, v) => o with { From = v })
            .Key("user", "Who signs in.", Text("a name", longest: 255), o => o.User, (o, v) => o with { User = v })
            .Key("password", "The user's password.", SecretText(), o => o.Password is { File: null } ? o.Password : null, (o, v) => o with { Password = v })
            .Key("passwordFile", "A file that holds the password.", SecretFile(), o => o.Password is { File: not null } ? o.Password : null, (o, v) => o with { Password = v })
            .Key("tls", "Whether the server must offer STARTTLS, with a certificate that this machine trusts.", Switch(), o => o.Tls, (o, v) => o with { Tls = v });
}
