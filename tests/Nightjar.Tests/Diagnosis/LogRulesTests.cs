using System.Collections.Immutable;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Diagnosis;

/// <summary>Causes that programs name themselves, in the words of servers, runtimes and libraries.</summary>
public sealed class LogRulesTests
{
    [Theory]
    [InlineData("file-missing", "cat: can't open '/etc/app/config.yaml': No such file or directory")]
    [InlineData("file-missing", "panic: open /etc/app/config.yaml: no such file or directory")]
    [InlineData("file-missing", "Error: ENOENT: no such file or directory, open '/etc/app/config.yaml'")]
    [InlineData("file-missing", "FileNotFoundError: [Errno 2] No such file or directory: '/etc/app/config.yaml'")]
    [InlineData("file-missing", "java.io.FileNotFoundException: /etc/app/config.yaml (No such file or directory)")]
    [InlineData("file-missing", "System.IO.FileNotFoundException: Could not find file '/etc/app/config.yaml'.")]
    [InlineData("file-permission-denied", "open /srv/data/state.db: permission denied")]
    [InlineData("file-permission-denied", "PermissionError: [Errno 13] Permission denied: '/srv/data/state.db'")]
    [InlineData("file-system-read-only", "OSError: [Errno 30] Read-only file system: '/app/cache'")]
    [InlineData("disk-full", "write /var/lib/x: no space left on device")]
    [InlineData("configuration-missing", "KeyError: 'DATABASE_URL'")]
    [InlineData("configuration-missing", "fatal: environment variable DATABASE_URL is not set")]
    [InlineData("name-unresolved", "dial tcp: lookup cart-db on 10.96.0.10:53: no such host")]
    [InlineData("name-unresolved", "Error: getaddrinfo ENOTFOUND cart-db")]
    [InlineData("name-unresolved", "java.net.UnknownHostException: cart-db")]
    [InlineData("name-unresolved", "psycopg2.OperationalError: could not translate host name \"cart-db\" to address: Name or service not known")]
    [InlineData("database-credentials-refused", "Access denied for user 'shop'@'10.1.2.3' (using password: YES)")]
    [InlineData("database-credentials-refused", "FATAL:  password authentication failed for user \"shop\"")]
    [InlineData("database-credentials-refused", "WRONGPASS invalid username-password pair or user is disabled.")]
    [InlineData("database-missing", "FATAL:  database \"shop\" does not exist")]
    [InlineData("database-missing", "ERROR 1049 (42000): Unknown database 'shop'")]
    [InlineData("database-connections-exhausted", "FATAL:  sorry, too many clients already")]
    [InlineData("database-connections-exhausted", "FATAL:  remaining connection slots are reserved for non-replication superuser connections")]
    [InlineData("database-connections-exhausted", "ERROR 1040 (HY000): Too many connections")]
    [InlineData("database-read-only", "ERROR:  cannot execute INSERT in a read-only transaction")]
    [InlineData("database-read-only", "The MySQL server is running with the --super-read-only option so it cannot execute this statement")]
    [InlineData("database-read-only", "READONLY You can't write against a read only replica.")]
    public void What_a_program_said_before_it_ended_is_its_cause_in_a_pod_and_in_a_container(string cause, string line)
    {
        var named = new Shop().With("web", Shop.Ended()).Logs("web", "starting", line).Named(cause);
        Assert.Equal(Shop.Deployment("web"), named.About);

        var container = DiagnosisEngine.Rank(InContainer(line));
        Assert.Equal(cause, container.Causes[0].Cause);
        Assert.Equal(new ObjectRef("Container", "", "web"), container.Causes[0].About);
        Assert.Contains(container.QuotesOf(container.Causes[0]), q => q.Text == Secrets.Mask(line));
    }

    [Fact]
    public void A_database_that_refuses_and_is_well_was_asked_at_the_wrong_port() =>
        new Shop().With("web", Shop.Ended()).With("orders-db", Shop.Running() with { Image = "mysql:8" }, p => p with { Conditions = [new ObjectCondition("Ready", "True", "", "", null)] })
            .Logs("web", "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure", "Caused by: java.net.ConnectException: Connection refused").Named("database-port-wrong");

    [Theory]
    [InlineData("dial tcp: lookup cart on 10.96.0.10:53: read udp 172.17.0.3:4711->10.96.0.10:53: i/o timeout")]
    [InlineData("java.net.UnknownHostException: cart: Temporary failure in name resolution")]
    public void A_name_server_that_is_silent_is_told_from_a_name_that_is_wrong(string line) => new Shop().With("web", Shop.Ended()).Logs("web", line).Named("name-resolution-failing");

    [Fact]
    public void A_database_whose_own_probe_says_so_is_the_cause_of_what_its_callers_say()
    {
        var named = new Shop().With("web", Shop.Ended()).Logs("web", "ERROR 1040 (HY000): Too many connections").With("orders-db", Shop.Running() with { Image = "percona:5.7", IsReady = false })
            .Says(Shop.PodRef("orders-db"), "Unhealthy", "Readiness probe failed: ERROR 1040 (HY000): Too many connections").Named("database-connections-exhausted");

        Assert.Equal(Shop.Deployment("orders-db"), named.About);
    }

    [Fact]
    public void Under_a_mount_a_permission_is_the_volumes_matter() =>
        new Shop().With("web", Shop.Ended() with { Mounts = ["/data"] }).Logs("web", "Fatal error: can't open the RDB file dump.rdb for reading: Permission denied").Named("volume-permission-denied");

    [Theory]
    [InlineData("ERROR 1040 (HY000): Too many connections", "database-connections-exhausted")]
    [InlineData("The MySQL server is running with the --read-only option so it cannot execute this statement", "database-read-only")]
    public void What_a_database_refuses_to_all_is_the_databases_cause_and_not_its_callers(string line, string cause)
    {
        var calls = Shop.Running() with { Addresses = ImmutableDictionary<string, string>.Empty.Add("DB_HOST", "orders-db") };
        var named = new Shop().With("web", calls).With("orders-db", Shop.Running() with { Image = "mysql:8" }).Logs("web", line).Named(cause);

        Assert.Equal(Shop.Deployment("orders-db"), named.About);
        Assert.Contains(Shop.Deployment("web"), named.Affects);
    }

    [Fact]
    public void A_name_that_is_there_and_does_not_resolve_is_the_resolvers_fault() =>
        new Shop().With("web", Shop.Ended()).With("cart-db").Logs("web", "dial tcp: lookup cart-db on 10.96.0.10:53: server misbehaving").Named("name-resolution-failing");

    [Fact]
    public void A_file_that_is_missed_while_the_program_goes_on_names_no_cause() =>
        Assert.Null(new Shop().With("web").Logs("web", "stat /favicon.ico: no such file or directory").Rank().Named);

    [Fact]
    public void A_program_whose_last_words_nobody_knows_stays_unresolved_with_those_words_quoted()
    {
        var ranking = new Shop().With("web", Shop.Ended()).Logs("web", "flux capacitor out of phase").Rank();

        Assert.NotNull(ranking.Unresolved);
        Assert.Equal("program-exits", ranking.Causes[0].Cause);
        Assert.Contains(ranking.Quotes, q => q.Text == "flux capacitor out of phase");
    }

    private static EvidenceBundle InContainer(string line) => new()
    {
        Service = new ServiceName("web"), TakenAt = Shop.Now, Onset = Shop.Now.AddMinutes(-1),
        Trigger = new Signal { Kind = SignalKind.WorkloadFailure, Service = new ServiceName("web"), At = Shop.Now, Workload = "container/web", Condition = "container-exited", Message = "container web ended with exit code 1" },
        Logs = new LogDigest { From = Shop.Now.AddMinutes(-10), To = Shop.Now, Around = [new LoggedLine(Shop.Now.AddMinutes(-1), line)] },
    };
}
