using Nightjar.Connectors.Docker;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Stories;

/// <summary>Containers of a stand-in engine, from what happens to them to incidents.</summary>
public class ContainerStories
{
    private static readonly ContainerWatch[] Containers = [new() { Name = "web" }, new() { Compose = "shop" }];

    [Fact]
    public async Task A_container_that_dies_is_an_incident_in_the_same_second_and_its_repeats_and_the_next_container_fold_into_it()
    {
        var (engine, world, web) = await StartAsync();
        await using (engine)
        await using (world)
        {
            var worker = engine.Run("shop-worker-1", id => new StandInContainer(id, "shop-worker-1") { Labels = new() { ["com.docker.compose.project"] = "shop" } });
            engine.Write(web, "fatal: no route to db");
            var died = world.Clock.Now;
            engine.Die(web, 139);
            var incident = Assert.Single(await UntilAsync(world, i => i.Count == 1));

            Assert.True(incident.OpenedAt - died < TimeSpan.FromSeconds(2));
            Assert.Equal(("container/web", "container-exited", Severity.Critical), (incident.Trigger.Workload, incident.Trigger.Condition, incident.Severity));
            Assert.Equal("container web was ended by signal 11 (exit code 139)", incident.Trigger.Message);
            Assert.Equal("fatal: no route to db", Assert.Single(incident.Trigger.Samples));

            engine.Die(worker, 1);
            incident = Assert.Single(await UntilAsync(world, i => i.Any(one => one.Fingerprints.Length == 2)));
            Assert.Equal(["container/shop-worker-1", "container/web"], incident.Fingerprints.Select(f => f.Workload ?? "").Order(StringComparer.Ordinal));
            Assert.False((await world.Part<DockerRoom>().Workloads.LookAsync(World.Shop, "container/web", CancellationToken.None))?.IsWell);

            // compose up --force-recreate: another id, the same workload.
            engine.Remove(web);
            engine.Run("web");
            Assert.True((await world.Part<DockerRoom>().Workloads.LookAsync(World.Shop, "container/web", CancellationToken.None))?.IsWell);
            Assert.Single(await world.IncidentsAsync());
        }
    }

    [Fact]
    public async Task Fifty_containers_of_an_engine_that_goes_away_are_one_incident()
    {
        var (engine, world, _) = await StartAsync();
        await using (engine)
        await using (world)
        {
            for (var i = 0; i < 50; i++)
            {
                engine.Run($"shop-{i}", id => new StandInContainer(id, $"shop-{i}") { Labels = new() { ["com.docker.compose.project"] = "shop" } });
            }

            await engine.GoAwayAsync();
            var watcher = world.Part<IEnumerable<IWatcher>>().Single(w => w.Name == "docker");
            for (var failures = 1; failures < 3; failures++)
            {
                await HoldsAsync(() => Task.FromResult(watcher.Health.Says.Contains($"Asked {failures} times", StringComparison.Ordinal)));
                await world.Clock.TimersAsync(1);
                world.Clock.Advance(TimeSpan.FromSeconds(60));
            }

            var incident = Assert.Single(await UntilAsync(world, i => i.Count > 0));
            Assert.Equal(("docker", "docker-unreachable"), (incident.Service.Value, incident.Trigger.Condition));
            await engine.ComeBackAsync();
            await world.Clock.TimersAsync(1);
            world.Clock.Advance(TimeSpan.FromSeconds(90));
            await ListensAsync(engine);
            Assert.Single(await world.IncidentsAsync());
        }
    }

    private static async Task<(EngineStandIn Engine, World World, StandInContainer Web)> StartAsync()
    {
        var options = new WorldOptions { WatchesContainers = true, Service = s => s with { Containers = [.. Containers] } };
        var engine = await EngineStandIn.StartAsync(options.Clock);
        var web = engine.Run("web");
        var world = await World.StartAsync(options with { Change = o => o with { Docker = new DockerOptions { Host = engine.Host } } });
        await ListensAsync(engine);
        return (engine, world, web);
    }

    private static Task ListensAsync(EngineStandIn engine) => HoldsAsync(() => Task.FromResult(engine.Listening > 0));

    private static async Task<IReadOnlyList<Incident>> UntilAsync(World world, Func<IReadOnlyList<Incident>, bool> isSo)
    {
        await HoldsAsync(async () =>
        {
            await world.Intake.FlushAsync(CancellationToken.None);
            await world.SettleAsync();
            return isSo(await world.IncidentsAsync());
        });
        return await world.IncidentsAsync();
    }

    /// <summary>The engine answers in its own time; the story's clock stands still meanwhile.</summary>
    private static async Task HoldsAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; i < 2_000 && !await isSo(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.True(await isSo());
    }
}
