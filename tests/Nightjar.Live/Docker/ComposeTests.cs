using System.Text.Json.Nodes;
using Nightjar.Connectors.Actions;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Live.Docker;

/// <summary>A compose project of a real engine, whose service is built anew by whichever compose this machine has.</summary>
public sealed class ComposeTests
{
    [Fact]
    public async Task A_service_is_built_from_what_its_folder_holds_now_and_runs_from_that_alone()
    {
        await using var engine = await Engine.StartAsync();
        var compose = new RebuildActuator(host: engine.Host);
        Assert.SkipWhen(await compose.VersionAsync(CancellationToken.None) is null, "there is no docker compose or docker-compose here (Debian: apt-get install docker-compose)");
        await using var place = new Place();
        var project = Directory.CreateDirectory(place.File("till")).FullName;
        await File.WriteAllTextAsync(Path.Combine(project, "Dockerfile"), "FROM busybox:1\nCOPY page /page\nCMD [\"/bin/sh\", \"-c\", \"cat /page; while true; do sleep 0.1; done\"]\n");
        await File.WriteAllTextAsync(Path.Combine(project, "docker-compose.yml"), "version: '2.4'\nservices:\n  web: {build: ., network_mode: none}\n  db: {image: 'busybox:1', network_mode: none, command: [/bin/sh, -c, 'while true; do sleep 0.1; done']}\n");
        var page = Path.Combine(project, "page");
        var rebuild = new HealAction.Rebuild(project, "web") { Service = new ServiceName("till"), Timeout = TimeSpan.FromSeconds(60) };

        await File.WriteAllTextAsync(page, "first\n");
        Assert.Equal("built web anew and started it", (await compose.DoAsync(rebuild, CancellationToken.None)).Says);
        var first = await OnlyAsync(engine);
        await File.WriteAllTextAsync(page, "second\n");
        await compose.DoAsync(rebuild, CancellationToken.None);
        var second = await OnlyAsync(engine);
        Assert.NotEqual(first.Image, second.Image);
        Assert.Equal(first.Name, second.Name);
        await Until.HoldsAsync("the new page", TimeSpan.FromSeconds(10), async () => (await engine.GetAsync($"containers/{second.Id}/logs?stdout=1")).Contains("second", StringComparison.Ordinal));

        await File.WriteAllTextAsync(Path.Combine(project, "Dockerfile"), "FROM busybox:1\nCOPY nothing /page\n");
        var failed = await Assert.ThrowsAsync<ActionFailedException>(() => compose.DoAsync(rebuild, CancellationToken.None));
        Assert.Contains(" ended with ", failed.Message, StringComparison.Ordinal);
        Assert.Equal(second, await OnlyAsync(engine));
        await Assert.ThrowsAsync<ActionFailedException>(() => compose.DoAsync(rebuild with { ComposeService = "no-such" }, CancellationToken.None));
    }

    /// <summary>The container that runs: none beside it, for what web needs is left alone.</summary>
    private static async Task<(string? Id, string? Name, string? Image)> OnlyAsync(Nightjar.Testing.DockerEngine engine)
    {
        var container = Assert.Single(JsonNode.Parse(await engine.GetAsync("containers/json"))?.AsArray() ?? []);
        return ((string?)container?["Id"], (string?)container?["Names"]?[0], (string?)container?["ImageID"]);
    }
}
