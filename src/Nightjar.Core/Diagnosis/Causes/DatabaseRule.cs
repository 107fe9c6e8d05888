using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>What databases answer, in their own words: MySQL and MariaDB, PostgreSQL, MongoDB, Redis, SQL Server, Oracle, and the pools of their drivers.</summary>
internal sealed partial class DatabaseRule : LogRule
{
    public override string Family => "database";

    protected override IEnumerable<LoggedCause> Causes =>
    [
        new("database-credentials-refused", Credentials(), Directness.States, _ => "is refused by its database: user or password are not right", _ => "correct the user or the password that it is given, or what the database has for this user",
            "a login by hand with the same user and password fails", "that login works: then it uses others than it was given"),
        new("database-missing", NoDatabase(), Directness.States, _ => "asks for a database that its server does not have", _ => "create the database, or correct its name", "the server lists no database of that name", "the database is listed"),
        new("database-connections-exhausted", Exhausted(), Directness.States, _ => "gets no connection: the database has given out all that it has", _ => "find who holds connections, bound the pools of the callers to less than the server's limit, or raise the limit",
            "the server's count of connections is at its limit", "it has room: then the pool of the caller itself is used up") { Condition = "database-connections" },
        new("database-pool-exhausted", Pool(), Directness.Fits, _ => "waits in vain for a connection of its own pool", _ => "find what holds connections for long (slow statements, no return to the pool), or make the pool larger",
            "its pool is full while the server has room", "the server is at its limit, or does not answer") { Condition = "database-connections" },
        new("database-read-only", ReadOnly(), Directness.States, _ => "writes to a database that takes only reads", _ => "make the database writable again, or send writes to the one that is (after a failover)", "the server says that it is read-only, or a replica", "it takes a write by hand"),
        new("database-port-wrong", Greeting(), Directness.Shows, _ => "reaches something that is not its database", _ => "correct the port or the host of the database's address", "what listens there speaks another protocol", "a database client connects there by hand"),
    ];

    /// <summary>A database's own probe says what its callers are told.</summary>
    public override IEnumerable<Candidate> Look(Facts facts) =>
        base.Look(facts).Concat(facts.Events("Unhealthy").Where(s => facts.Cluster.Pod(s.About) is { } pod && pod.Containers.Any(IsDatabase) && (Exhausted().IsMatch(s.Text) || ReadOnly().IsMatch(s.Text)))
            .Select(s => (Said: s, Cause: Causes.First(c => c.Words.IsMatch(s.Text))))
            .Select(f => new Candidate
            {
                Cause = f.Cause.Name, About = facts.Top(f.Said.About), Directness = Directness.States, Quotes = [f.Said], Since = f.Said.At, Condition = f.Cause.Condition ?? "", Affects = [.. facts.CallersOf(facts.Top(f.Said.About))],
                Says = Own(facts.Top(f.Said.About), f.Cause.Name), Change = f.Cause.Change(Match.Empty), Confirm = f.Cause.Confirm, Refute = f.Cause.Refute,
            }));

    /// <summary>Who has no connections left, or takes no writes, is the database; who cannot log in is the caller.</summary>
    protected override Candidate? Of(Facts facts, LoggedCause cause, Said said, Match match) =>
        base.Of(facts, cause, said, match) is not { } candidate ? null
        : cause.Name is "database-connections-exhausted" or "database-read-only" && Server(facts, said) is { } server
            ? candidate with { About = server, Affects = [facts.Top(said.About)], Condition = cause.Condition ?? "", Says = Own(server, cause.Name) }
        : candidate;

    private static string Own(ObjectRef server, string cause) => $"{Name(server)} {(cause == "database-read-only" ? "takes only reads, and its callers write" : "has given out all its connections")}";

    /// <summary>The one database that the caller has an address of, else the one whose own probe says the same; null when it cannot be told.</summary>
    private static ObjectRef? Server(Facts facts, Said said)
    {
        var top = facts.Top(said.About);
        if (IsDatabase(facts, top))
        {
            return null;
        }

        var known = facts.PodsOf(top).SelectMany(p => p.Containers).SelectMany(c => c.Addresses.Values).Select(a => facts.Behind(Address.HostOf(a), top.Namespace)).OfType<ObjectRef>().Distinct().Where(o => IsDatabase(facts, o)).ToList();
        known = known.Count > 0 ? known : [.. facts.Events("Unhealthy").Where(s => s.About.Namespace == top.Namespace && Exhausted().IsMatch(s.Text)).Select(s => facts.Top(s.About)).Distinct().Where(o => IsDatabase(facts, o))];
        return known is [var only] ? only : null;
    }

    /// <summary>By the name of its image.</summary>
    internal static bool IsDatabase(Container container) => Engine().IsMatch(container.Image[(container.Image.LastIndexOf('/') + 1)..]);

    private static bool IsDatabase(Facts facts, ObjectRef top) => facts.PodsOf(top).SelectMany(p => p.Containers).Any(IsDatabase);

    [GeneratedRegex(@"(?i)^(?:mysql|mariadb|percona|postgres|postgis|timescaledb|mongo|redis|valkey|mssql|oracle|cockroach)", RegexOptions.CultureInvariant)]
    private static partial Regex Engine();

    [GeneratedRegex(@"Access denied for user '[^']{0,100}'@'[^']{0,253}'|password authentication failed for user|no pg_hba\.conf entry for host|role ""[^""]{1,100}"" does not exist|WRONGPASS |NOAUTH Authentication required|ERR invalid password|MongoServerError: Authentication failed|SCRAM authentication failed|Login failed for user '|ORA-01017", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Credentials();

    [GeneratedRegex(@"Unknown database '[^']{1,100}'|database ""[^""]{1,100}"" does not exist|Cannot open database ""[^""]{1,100}"" requested by the login", RegexOptions.CultureInvariant, 500)]
    private static partial Regex NoDatabase();

    [GeneratedRegex(@"Too many connections|too many clients already|remaining connection slots are reserved|max number of clients reached|User '?[^ ]{1,100}'? has exceeded the 'max_user_connections'|too many connections for role", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Exhausted();

    [GeneratedRegex(@"Connection is not available, request timed out after|QueuePool limit of size|[Tt]imeout expired\.  The timeout period elapsed prior to obtaining a connection from the pool|The connection pool has been exhausted|connection pool exhausted|remaining connections? in the pool: 0|Unable to acquire connection from pool|TimeoutError: ResourceRequest timed out|Cannot get a connection, pool (?:error|exhausted)", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Pool();

    [GeneratedRegex(@"running with the --(?:super-)?read-only option|super-read-only|in a read-only transaction|READONLY You can't write against a read only|NotWritablePrimary|not master and slaveOk=false|Failed to update database .{1,100} because the database is read-only", RegexOptions.CultureInvariant, 500)]
    private static partial Regex ReadOnly();

    [GeneratedRegex(@"Packets? out of order|unexpected packet|received invalid response to SSL negotiation|Protocol error, got ""H"" as reply|invalid server greeting|Malformed packet|Unexpected HTTP response from|received unexpected response to SSLRequest", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Greeting();
}
