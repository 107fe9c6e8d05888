using Nightjar.Core.Healing;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Healing;

public class RiskPolicyTests
{
    private static readonly ServiceName Shop = new("shop");

    private static readonly Treated Plain = new("container/web", false, true, 3, []);

    private static HealAction Restart => new HealAction.Restart("container/web") { Service = Shop };

    [Theory]
    [InlineData(Mode.Observe, HealRisk.Never)]
    [InlineData(Mode.Approve, HealRisk.Ask)]
    [InlineData(Mode.Autonomous, HealRisk.Safe)]
    public void The_mode_says_how_freely_a_restart_is_done(Mode mode, HealRisk risk) =>
        Assert.Equal(risk, Judge(Restart, Plain, mode: mode).Risk);

    [Fact]
    public void A_dry_run_does_nothing_in_any_mode() =>
        Assert.Equal(HealRisk.Never, RiskPolicy.Judge(Restart, HealRisk.Safe, null, Plain, new Conduct { Mode = Mode.Autonomous, DryRun = true }).Risk);

    [Theory]
    [InlineData(Touches.Volume)]
    [InlineData(Touches.Migration)]
    [InlineData(Touches.Configuration)]
    [InlineData(Touches.Network)]
    [InlineData(Touches.Secret)]
    [InlineData(Touches.Schema)]
    public void Everything_on_the_ask_first_list_is_asked_for_in_autonomous_mode(Touches touches) =>
        Assert.Equal(HealRisk.Ask, Judge(Exec("pool", "reset"), Plain, new Remedy { Name = "x", Touches = [touches] }).Risk);

    [Fact]
    public void Anything_on_a_critical_container_is_asked_for() =>
        Assert.All([Restart, Exec("true")], a => Assert.Equal((HealRisk.Ask, "its container is critical"), Judge(a, Plain with { IsCritical = true }) is var v ? (v.Risk, v.Why) : default));

    [Theory]
    [InlineData("rails", "db:migrate")]
    [InlineData("psql", "-c", "DROP TABLE orders")]
    [InlineData("redis-cli", "FLUSHALL")]
    [InlineData("sh", "-c", "rm -rf /var/lib/data")]
    [InlineData("docker", "volume", "prune")]
    public void A_command_that_tells_of_harm_is_asked_for_though_nobody_marked_it(params string[] command) =>
        Assert.Equal(HealRisk.Ask, Judge(Exec(command), Plain).Risk);

    [Theory]
    [InlineData("DELETE", "http://127.0.0.1/cache", HealRisk.Ask)]
    [InlineData("POST", "http://127.0.0.1/admin/schema/apply", HealRisk.Ask)]
    [InlineData("POST", "http://127.0.0.1/admin/cache/clear", HealRisk.Safe)]
    public void A_call_is_judged_by_what_it_says(string method, string url, HealRisk risk) =>
        Assert.Equal(risk, Judge(new HealAction.Call(method, new Uri(url)) { Service = Shop }, Plain).Risk);

    [Fact]
    public void Each_word_can_only_make_it_stricter()
    {
        var conduct = new Conduct { Mode = Mode.Autonomous };
        Assert.Equal(HealRisk.Never, RiskPolicy.Judge(Restart, HealRisk.Never, null, Plain, conduct).Risk);
        Assert.Equal(HealRisk.Ask, RiskPolicy.Judge(Restart, HealRisk.Ask, null, Plain, conduct).Risk);
        Assert.Equal(HealRisk.Never, RiskPolicy.Judge(Exec("x"), HealRisk.Ask, new Remedy { Name = "x", Risk = HealRisk.Never }, Plain with { IsCritical = true }, conduct).Risk);
        Assert.Equal(HealRisk.Never, RiskPolicy.Judge(Restart, HealRisk.Safe, null, Plain with { AutoRestart = false }, conduct).Risk);
    }

    [Theory]
    [InlineData("web", "container/web", true)]
    [InlineData("web", "container/web-2", false)]
    [InlineData("shop-*-1", "container/shop-web-1", true)]
    [InlineData("shop-*-1", "container/shop-1", false)]
    [InlineData("*", "container/anything", true)]
    [InlineData("a*b*c", "container/a-c-b-c", true)]
    [InlineData(null, "container/web", true)]
    [InlineData("web", "pod/web", false)]
    public void The_strictest_watch_that_may_mean_a_container_counts(string? name, string workload, bool isCritical)
    {
        var service = new Service { Name = Shop, Containers = [new ContainerWatch { Name = name, Label = name is null ? "tier=data" : null, Critical = true, MaxRestartsPerHour = 1 }, new ContainerWatch { Name = "other" }] };
        Assert.Equal(isCritical, Treated.Of(service, workload).IsCritical);
        Assert.Equal(isCritical ? 1 : null, Treated.Of(service, workload).Restarts);
    }

    private static RiskVerdict Judge(HealAction action, Treated treated, Remedy? remedy = null, Mode mode = Mode.Autonomous) =>
        RiskPolicy.Judge(action, HealRisk.Safe, remedy, treated, new Conduct { Mode = mode });

    private static HealAction.Exec Exec(params string[] command) => new("container/web", [.. command]) { Service = Shop };
}
