using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Connectors.Docker;

public sealed class DockerActuatorTests
{
    private static readonly ContainerWatch Web = new() { Name = "web" };

    [Fact]
    public async Task A_restart_is_done_and_found_again_and_is_no_fault_of_the_container()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        lab.Engine.Run("web");
        await lab.WatchAsync();
        lab.Clock.Advance(TimeSpan.FromSeconds(1));
        var action = new HealAction.Restart("container/web") { Service = DockerLab.Shop };
        var since = lab.Clock.Now;

        Assert.True(lab.Room.Actuator.Can(action));
        Assert.False(await lab.Room.Actuator.WasDoneAsync(action, since, CancellationToken.None));
        Assert.Equal("restarted container web", (await lab.Room.Actuator.DoAsync(action, CancellationToken.None)).Says);
        Assert.True(await lab.Room.Actuator.WasDoneAsync(action, since, CancellationToken.None));
        await lab.SettleAsync();
        await lab.SweepAsync();
        Assert.Empty(lab.Door.Untaken);
    }

    [Fact]
    public async Task A_stop_and_a_start_are_found_again_and_an_exec_is_not()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        lab.Engine.Run("web");
        lab.Clock.Advance(TimeSpan.FromSeconds(1));
        var since = lab.Clock.Now;
        HealAction stop = new HealAction.Stop("container/web") { Service = DockerLab.Shop }, start = new HealAction.Start("container/web") { Service = DockerLab.Shop }, exec = new HealAction.Exec("container/web", ["/bin/true"]) { Service = DockerLab.Shop };

        Assert.Equal("ran /bin/true in container web: done", (await lab.Room.Actuator.DoAsync(exec, CancellationToken.None)).Says);
        Assert.Null(await lab.Room.Actuator.WasDoneAsync(exec, since, CancellationToken.None));
        await lab.Room.Actuator.DoAsync(stop, CancellationToken.None);
        Assert.True(await lab.Room.Actuator.WasDoneAsync(stop, since, CancellationToken.None));
        Assert.Contains("does not run", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Room.Actuator.DoAsync(exec, CancellationToken.None))).Message, StringComparison.Ordinal);
        await lab.Room.Actuator.DoAsync(start, CancellationToken.None);
        Assert.True(await lab.Room.Actuator.WasDoneAsync(start, since, CancellationToken.None));
        Assert.False(await lab.Room.Actuator.WasDoneAsync(stop, since, CancellationToken.None));
    }

    [Fact]
    public async Task A_container_that_is_gone_is_said_before_and_after_the_look()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        var action = new HealAction.Restart("container/web") { Service = DockerLab.Shop };
        Assert.Contains("There is no container web (any more)", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Room.Actuator.DoAsync(action, CancellationToken.None))).Message, StringComparison.Ordinal);
        lab.Engine.Run("web");
        lab.Engine.Otherwise = path => path.EndsWith("/restart", StringComparison.Ordinal) ? (404, """{"message":"No such container: x"}""") : null;
        Assert.Contains("Container web went away meanwhile", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Room.Actuator.DoAsync(action, CancellationToken.None))).Message, StringComparison.Ordinal);
        lab.Engine.Otherwise = path => path.EndsWith("/restart", StringComparison.Ordinal) ? (409, """{"message":"removal in progress"}""") : null;
        Assert.Contains("is not in a state for that: Docker refused it as the container is now: removal in progress", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Room.Actuator.DoAsync(action, CancellationToken.None))).Message, StringComparison.Ordinal);
        await lab.Engine.GoAwayAsync();
        Assert.Contains("Start it (systemctl start docker)", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Room.Actuator.DoAsync(action, CancellationToken.None))).Message, StringComparison.Ordinal);
        Assert.Null(await lab.Room.Actuator.WasDoneAsync(action, lab.Clock.Now, CancellationToken.None));
    }

    [Fact]
    public async Task The_beginning_of_an_id_is_no_name()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        var web = lab.Engine.Run("web");
        lab.Engine.Otherwise = path => path == $"/containers/{web.Id[..6]}/json" ? (200, web.Inspected().ToJsonString()) : null;
        await Assert.ThrowsAsync<ActionFailedException>(() => lab.Room.Actuator.DoAsync(new HealAction.Restart($"container/{web.Id[..6]}") { Service = DockerLab.Shop }, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_not_of_docker_is_not_done()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        Assert.False(lab.Room.Actuator.Can(new HealAction.Restart("deployment/web") { Service = DockerLab.Shop }));
        Assert.False(lab.Room.Actuator.Can(new HealAction.Call("POST", new Uri("http://localhost/")) { Service = DockerLab.Shop }));
        Assert.Null(await lab.Room.Workloads.LookAsync(DockerLab.Shop, "deployment/web", CancellationToken.None));
        Assert.False((await lab.Room.Workloads.LookAsync(DockerLab.Shop, "container/web", CancellationToken.None))?.IsWell);
        Assert.True((await lab.Room.Workloads.LookAsync(DockerLab.Shop, "engine/docker", CancellationToken.None))?.IsWell);
    }
}
