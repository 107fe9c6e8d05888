using Nightjar.Configuration;
using Nightjar.Connectors.Docker;
using Nightjar.Connectors.GitHub;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    [Fact]
    public void Ten_lines_describe_one_service()
    {
        var options = Yaml.Options("""
            services:
              - name: shop
                logs: /var/log/shop/*.log
                repository: /srv/git/shop.git
                check: ./check.sh
                health: http://127.0.0.1:5000/health
            """);

        var shop = Assert.Single(options.Services);
        Assert.Equal("shop", shop.Name.Value);
        Assert.Equal(["/var/log/shop/*.log"], shop.Logs);
        Assert.Equal(new RepositoryLocation("/srv/git/shop.git", "main"), shop.Repository);
        Assert.Equal(new CheckCommand("./check.sh"), shop.Check);
        Assert.Equal(new HttpProbe("health", new Uri("http://127.0.0.1:5000/health")), Assert.Single(shop.Probes));
        Assert.Equal(new ErrorRateOptions(), shop.ErrorRate);
    }

    [Fact]
    public void What_is_left_out_has_a_safe_default()
    {
        var options = Yaml.Options(Yaml.OneService);

        Assert.Equal(new Conduct(), options.Conduct);
        Assert.Equal(Mode.Observe, options.Conduct.Mode);
        Assert.Equal("/home/ada/.local/state/nightjar", options.State);
        Assert.Equal("127.0.0.1:7677", options.Dashboard.Listen.ToString());
        Assert.Equal(FingerprintStrategy.Evidence, options.Fingerprints);
        Assert.Equal(FenceChoice.Auto, options.Fence);
        Assert.Null(options.Heartbeat.Url);
    }

    [Fact]
    public void The_state_folder_follows_the_environment() =>
        Assert.Equal("/var/state/nightjar", Yaml.Options(Yaml.OneService, ("XDG_STATE_HOME", "/var/state")).State);

    [Fact]
    public void Every_key_reaches_its_record()
    {
        var options = Yaml.Options(Yaml.Full(), ("PING", "https://ping.example.org/abc"));
        var shop = options.Services[0];

        Assert.Equal(["/etc/nightjar/logs/*.log", "/home/ada/shop.log"], shop.Logs);
        Assert.Equal(new RepositoryLocation("git@example.org:team/shop.git", "trunk") { GitHub = "team/shop" }, shop.Repository);
        Assert.Equal(new GitHubOptions { Api = new Uri("https://ghe.example.org/api/v3"), TokenFile = "/run/secrets/github", Poll = TimeSpan.FromMinutes(2), Strict = true }, options.GitHub);
        Assert.Equal(new CheckCommand("make test") { Timeout = TimeSpan.FromMinutes(90), Network = true }, shop.Check);
        Assert.Equal(
            new HttpProbe("checkout", new Uri("https://shop.example.org/checkout")) { Every = TimeSpan.FromSeconds(30), Timeout = TimeSpan.FromMilliseconds(250), Status = 204, Expect = "ok", Failures = 5 },
            Assert.Single(shop.Probes));
        Assert.Equal(new ErrorRateOptions { Threshold = 0.5, MinVolume = 20, Window = TimeSpan.FromMinutes(5), Of = RateUnit.Lines, Source = "logs" }, shop.ErrorRate);
        Assert.Equal([new LogTrigger("OutOfMemory"), new LogTrigger("^panic: .*")], shop.Triggers);
        Assert.Equal(new VerifyOptions { Window = TimeSpan.FromMinutes(1), MinVolume = 7, Patience = TimeSpan.FromHours(2), AssumeDeployedAfter = TimeSpan.Zero }, shop.Verify);
        Assert.Equal(new RunningVersion { Url = new Uri("http://127.0.0.1:5000/version") }, shop.RunningVersion);
        Assert.Equal([new ServiceName("stock")], shop.DependsOn);
        Assert.Equal(["ada", "grace"], shop.Owners);
        Assert.Equal(new ContainerWatch { Name = "web" }, shop.Containers[0]);
        Assert.Equal(new ContainerWatch { Name = "shop-*", Label = "tier=front", Compose = "shop/web", HealthUrl = new Uri("http://127.0.0.1:5000/healthz"), Timeout = TimeSpan.FromSeconds(3), Critical = true, AutoRestart = false, MaxRestartsPerHour = 5 }, shop.Containers[1] with { DependsOn = [] });
        Assert.Equal(["db"], shop.Containers[1].DependsOn);
        Assert.Equal(new DockerOptions { Host = "tcp://docker.example.org:2376", Sweep = TimeSpan.FromSeconds(15), Ca = "/etc/nightjar/ca.pem", Cert = "/etc/nightjar/cert.pem", Key = "/etc/nightjar/key.pem" }, options.Docker);
        Assert.Equal(new Conduct { Mode = Mode.Approve, Proposals = false, Tries = 5, CoolDown = TimeSpan.FromHours(12) }, options.Conduct);
        Assert.Equal("/var/lib/nightjar", options.State);
        Assert.Equal("[::1]:8080", options.Dashboard.Listen.ToString());
        Assert.Equal(new Uri("https://nightjar.example.org"), options.Dashboard.Url);
        Assert.Equal(FingerprintStrategy.Class, options.Fingerprints);
        Assert.Equal(new RetentionOptions { Journal = TimeSpan.FromDays(90), Rates = TimeSpan.FromDays(7), Containers = TimeSpan.FromDays(20), Transcripts = TimeSpan.FromHours(12), Clones = TimeSpan.Zero }, options.Retention);
        Assert.Equal(new HeartbeatOptions { Url = new Uri("https://ping.example.org/abc"), Every = TimeSpan.FromSeconds(30) }, options.Heartbeat);
        Assert.Equal(FenceChoice.Bubblewrap, options.Fence);
        Assert.Equal(new AuthorOptions { Name = "Night Watch", Email = "watch@example.org" }, options.Author);
    }

    [Theory]
    [InlineData("report", Mode.Observe)]
    [InlineData("watcher", Mode.Autonomous)]
    [InlineData("autonomous", Mode.Autonomous)]
    public void Old_names_of_modes_still_work(string word, object mode) =>
        Assert.Equal(mode, Yaml.Options($"mode: {word}\n{Yaml.OneService}").Conduct.Mode);

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("90s", 90_000, "1m30s")]
    [InlineData("24h", 86_400_000, "1d")]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d1h1m1s1ms", 90_061_001)]
    [InlineData("0s", 0)]
    public void Durations_are_read_and_written(string text, long milliseconds, string? written = null)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Durations.TryRead(text));
        Assert.Equal(written ?? text, Durations.Write(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("m")]
    [InlineData("30m1h")]
    [InlineData("1.5h")]
    [InlineData("-5m")]
    [InlineData("5 m")]
    [InlineData("9999999999s")]
    [InlineData("999999999d")]
    public void What_is_no_duration_is_not_guessed_at(string text) => Assert.Null(Durations.TryRead(text));

    [Fact]
    public void Anchors_share_values_between_services()
    {
        var options = Yaml.Options("""
            services:
              - {name: shop, logs: a.log, errorRate: &rate {threshold: 0.3}}
              - {name: stock, logs: b.log, errorRate: *rate}
            """);

        Assert.All(options.Services, s => Assert.Equal(0.3, s.ErrorRate.Threshold));
    }

    [Theory]
    [InlineData("/srv/git/shop.git", true)]
    [InlineData("../shop", true)]
    [InlineData("./a:b", true)]
    [InlineData("https://example.org/shop.git", false)]
    [InlineData("git@example.org:shop.git", false)]
    [InlineData("host:shop", false)]
    public void A_repository_is_a_path_unless_git_takes_it_for_a_remote(string text, bool isLocal) => Assert.Equal(isLocal, Keys.IsLocal(text));

    [Fact]
    public void A_name_is_data_whatever_is_in_it()
    {
        var options = Yaml.Options("services:\n  - name: \"\\\"; rm -rf /\\n../${\"\n".Replace("${", "$${", StringComparison.Ordinal));

        Assert.Equal("\"; rm -rf /\n../${", options.Services[0].Name.Value);
    }
}
