using System.Text.RegularExpressions;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>What a program calls does not answer: nobody listens there, or the answer comes too late. Whoever is called and has a cause of its own explains it.</summary>
internal sealed partial class ConnectionRule : LogRule
{
    public override string Family => "dependency";

    protected override IEnumerable<LoggedCause> Causes =>
    [
        new("dependency-refuses", Refused(), Directness.Fits, m => $"calls something that refuses connections{Host(m)}", _ => "see whether what it calls runs and listens on that port, or correct the address", "a connection from inside the pod is refused", "it is accepted") { WhenFatal = Directness.Shows },
        new("dependency-unreachable", Unreached(), Directness.Hints, m => $"does not reach something that it calls{Host(m)}", _ => "see whether what it calls runs, and whether its address is right", "a connection from inside the pod fails", "it comes about") { WhenFatal = Directness.Fits },
        new("dependency-late", Late(), Directness.Hints, m => $"calls something that answers too late{Host(m)}", _ => "find what makes it slow; bound how long it is waited for", "its own response times are up since the onset", "it answers in time: then the way between is slow") { WhenFatal = Directness.Fits },
    ];

    protected override Candidate? Of(Facts facts, LoggedCause cause, Said said, Match match)
    {
        if (base.Of(facts, cause, said, match) is not { } candidate)
        {
            return null;
        }

        if (cause.Name == "dependency-refuses" && IsFatal(facts, said) && Database(facts, said) is { } client)
        {
            // A host that refuses is there: what is wrong is the port, when the database itself is well.
            return candidate with { Cause = "database-port-wrong", Quotes = [said, client], Says = $"{Name(candidate.About)} asks for its database where nothing listens, and the database is well", Change = "correct the port, or the host, of the database's address", Confirm = "a database client connects at the right port from inside the pod", Refute = "others are refused by the database too" };
        }

        var host = match.Groups["host"].Value;
        return facts.Behind(host, candidate.About.Namespace) is { } called && called != candidate.About ? candidate with { Calls = called } : candidate;
    }

    /// <summary>The line by which a database's client is known, when the databases of the namespace are all ready.</summary>
    private static Said? Database(Facts facts, Said said)
    {
        var databases = facts.LivePods.Where(p => p.Meta.Namespace == said.About.Namespace && p.Containers.Any(DatabaseRule.IsDatabase)).ToList();
        return databases.Count > 0 && databases.TrueForAll(p => p.IsReady) ? facts.About(said.About).FirstOrDefault(s => s.By == SaidBy.Log && s.Key == said.Key && Client().IsMatch(s.Text)) : null;
    }

    private static string Host(Match match) => match.Groups["host"].Value is { Length: > 0 } host ? $": {Name(host + (match.Groups["port"].Value is { Length: > 0 } port ? $":{port}" : ""))}" : "";

    [GeneratedRegex(@"dial tcp (?<host>[\w.-]{1,253}):(?<port>\d{1,5}): connect: connection refused|ECONNREFUSED (?<host>[\w.-]{1,253}):(?<port>\d{1,5})|Connection refused \((?<host>[\w.-]{1,253}):(?<port>\d{1,5})\)|connection to server at ""(?<host>[^""]{1,253})"" \([^)]{1,60}\), port (?<port>\d{1,5}) failed: Connection refused|[Cc]an't connect to (?:MySQL )?server on '(?<host>[^']{1,253})'|Failed to connect to (?<host>[\w.-]{1,253}) port (?<port>\d{1,5})|Connection refused: (?:[\w./-]{0,253}/)?(?<host>[\w.-]{1,253}):(?<port>\d{1,5})|java\.net\.ConnectException: Connection refused|\[Errno 111\] Connection refused|UnableToConnect on (?<host>[\w.-]{1,253}):(?<port>\d{1,5})", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Refused();

    [GeneratedRegex(@"Communications link failure|[Nn]o route to host|[Nn]etwork is unreachable|EHOSTUNREACH (?<host>[\w.-]{1,253}):(?<port>\d{1,5})|The connection attempt failed|server closed the connection unexpectedly", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Unreached();

    /// <summary>Libraries that speak to databases, by what they call themselves in their messages.</summary>
    [GeneratedRegex(@"com\.mysql\.|org\.postgresql\.|HikariPool|psycopg|pymysql|SQLSTATE|MySqlConnector|Npgsql|\bjdbc:|MongoNetworkError|go-sql-driver|SequelizeConnection|Redis(?:Connection|Timeout)?Exception|mongodb", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Client();

    [GeneratedRegex(@"dial tcp (?<host>[\w.-]{1,253}):(?<port>\d{1,5}): (?:i/o timeout|connect: connection timed out)|ETIMEDOUT (?<host>[\w.-]{1,253}):(?<port>\d{1,5})|ConnectTimeoutException|SocketTimeoutException|code = DeadlineExceeded|context deadline exceeded|Read timed out|504 Gateway Time-?[oO]ut|upstream request timeout|HttpRequestException.{0,200}timed out|Timeout performing \w+", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Late();
}
