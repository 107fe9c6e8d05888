using Nightjar.Connectors.Actions;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Actions;

/// <summary>Calls and rebuilds: what is sent, and what is no success.</summary>
public sealed class OutsideActuatorTests : IDisposable
{
    private static readonly ServiceName Shop = new("shop");

    private const string Nowhere = "/nonexistent/docker-compose";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-rebuild-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_call_is_done_when_it_answers_2xx_and_says_what_it_called_without_the_query()
    {
        await using var server = await StandIn.StartAsync();
        server.Answer = _ => (204, "");
        using var actuator = new CallActuator();
        var result = await actuator.DoAsync(Call(new Uri(server.Url, "admin/clear?token=s3cret")), default);
        Assert.EndsWith("/admin/clear answered 204", result.Says, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.Says, StringComparison.Ordinal);
        Assert.Null(await actuator.WasDoneAsync(Call(server.Url), default, default));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(404)]
    public async Task Anything_but_2xx_is_no_success_and_redirects_are_not_followed(int status)
    {
        await using var server = await StandIn.StartAsync();
        server.Answer = _ => (status, "no");
        using var actuator = new CallActuator();
        var failed = await Assert.ThrowsAsync<ActionFailedException>(() => actuator.DoAsync(Call(server.Url), default));
        Assert.Contains($"answered {status}, not 2xx", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_no_success()
    {
        using var actuator = new CallActuator();
        await Assert.ThrowsAsync<ActionFailedException>(() => actuator.DoAsync(Call(new Uri("http://127.0.0.1:1/")), default));
    }

    [Fact]
    public async Task A_rebuild_runs_compose_with_the_configured_folder_and_service_as_single_arguments()
    {
        var program = Program("""printf '%s\n' "$@" > "$(dirname "$0")/arguments"; printf '%s' "$DOCKER_HOST" > "$(dirname "$0")/host" """);
        await new RebuildActuator(program, Nowhere, host: "unix:///run/other.sock").DoAsync(Rebuild("web"), default);
        Assert.Equal(["compose", "--project-directory", folder.FullName, "up", "--detach", "--build", "--no-deps", "web"], await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "arguments")));
        Assert.Equal("unix:///run/other.sock", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "host")));
    }

    [Theory]
    [InlineData("--volumes")]
    [InlineData("web; reboot")]
    [InlineData("$(reboot)")]
    [InlineData("")]
    public async Task A_service_that_is_no_plain_name_starts_nothing(string service)
    {
        var program = Program("touch \"$(dirname \"$0\")/ran\"");
        await Assert.ThrowsAsync<ActionFailedException>(() => new RebuildActuator(program, Nowhere).DoAsync(Rebuild(service), default));
        Assert.False(File.Exists(Path.Combine(folder.FullName, "ran")));
    }

    [Fact]
    public async Task A_build_that_fails_says_its_last_line_and_a_missing_program_says_so()
    {
        var failed = await Assert.ThrowsAsync<ActionFailedException>(() => new RebuildActuator(Program("case $2 in version) echo 2.30;; *) echo first >&2; echo 'no such image' >&2; exit 17;; esac"), Nowhere).DoAsync(Rebuild("web"), default));
        Assert.Equal("docker compose ended with 17: no such image", failed.Message);
        var missing = await Assert.ThrowsAsync<ActionFailedException>(() => new RebuildActuator("/nonexistent/docker", Nowhere).DoAsync(Rebuild("web"), default));
        Assert.Equal("neither /nonexistent/docker compose nor /nonexistent/docker-compose can be started here", missing.Message);
        Assert.Null(await new RebuildActuator("/nonexistent/docker", Nowhere).VersionAsync(default));
        var gone = await Assert.ThrowsAsync<ActionFailedException>(() => new RebuildActuator().DoAsync(Rebuild("web") with { Project = "/nonexistent/shop" }, default));
        Assert.Equal("there is no folder /nonexistent/shop", gone.Message);
    }

    [Fact]
    public async Task Where_docker_has_no_compose_the_program_of_that_name_is_taken()
    {
        var program = Program("""test "$1" != compose || exit 1; test "$1" = version && echo 1.29.2; pwd > "$(dirname "$0")/where"; printf '%s\n' "$@" > "$(dirname "$0")/arguments" """);
        var actuator = new RebuildActuator(program, program);
        Assert.Equal("docker-compose 1.29.2", await actuator.VersionAsync(default));
        await actuator.DoAsync(Rebuild("web"), default);
        Assert.Equal(["--project-directory", folder.FullName, "up", "--detach", "--build", "--no-deps", "web"], await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "arguments")));
        Assert.Equal(folder.FullName, (await File.ReadAllTextAsync(Path.Combine(folder.FullName, "where"))).Trim());
    }

    private static HealAction.Call Call(Uri url) => new("POST", url) { Service = Shop, Timeout = TimeSpan.FromSeconds(5) };

    private HealAction.Rebuild Rebuild(string service) => new(folder.FullName, service) { Service = Shop, Timeout = TimeSpan.FromSeconds(20) };

    private string Program(string script)
    {
        var path = Path.Combine(folder.FullName, "docker");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }
}
