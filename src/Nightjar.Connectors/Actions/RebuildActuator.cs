using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Nightjar.Core.Healing;

namespace Nightjar.Connectors.Actions;

/// <summary>
/// Builds the image of a compose service and starts it from that, through <c>docker compose</c>, or <c>docker-compose</c> where that is what
/// there is. Its arguments are the folder and the service of the configuration, one by one; there is no shell.
/// </summary>
/// <param name="host">The engine, as in <c>DOCKER_HOST</c>; null for what the environment says.</param>
public sealed partial class RebuildActuator(string docker = "docker", string compose = "docker-compose", string? host = null) : IActuator
{
    private static readonly TimeSpan Answers = TimeSpan.FromSeconds(30);

    private const int MostOutput = 1_000_000;

    public bool Can(HealAction action) => action is HealAction.Rebuild;

    /// <summary>Who built an image and when does not say who asked for it.</summary>
    public Task<bool?> WasDoneAsync(HealAction action, DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<bool?>(null);

    public async Task<ActionResult> DoAsync(HealAction action, CancellationToken cancellationToken)
    {
        var wish = (HealAction.Rebuild)action;
        if (!Name().IsMatch(wish.ComposeService) || !Path.IsPathRooted(wish.Project))
        {
            throw new ActionFailedException("the project must be an absolute folder, and the service a plain name");
        }

        if (!Directory.Exists(wish.Project))
        {
            throw new ActionFailedException($"there is no folder {wish.Project}");
        }

        var found = await FindAsync(cancellationToken) ?? throw new ActionFailedException($"neither {docker} compose nor {compose} can be started here");
        try
        {
            var end = await ChildProcess.RunAsync(Start(found, wish.Project, "--project-directory", wish.Project, "up", "--detach", "--build", "--no-deps", wish.ComposeService), null, MostOutput, wish.Timeout, cancellationToken);
            return end.ExitCode == 0
                ? new ActionResult($"built {wish.ComposeService} anew and started it")
                : throw new ActionFailedException($"{found.Name} ended with {end.ExitCode}: {Last(end.Errors)}");
        }
        catch (TimeoutException e)
        {
            throw new ActionFailedException(e.Message, e);
        }
    }

    /// <summary>Which compose there is, and its version; null when there is none.</summary>
    public async Task<string?> VersionAsync(CancellationToken cancellationToken) => await FindAsync(cancellationToken) is { } found ? $"{found.Name} {found.Version}" : null;

    /// <summary>The plugin comes first: the program of its own is the older one.</summary>
    private async Task<Compose?> FindAsync(CancellationToken cancellationToken) =>
        await AskAsync(new Compose("docker compose", docker, ["compose"]), cancellationToken) ?? await AskAsync(new Compose("docker-compose", compose, []), cancellationToken);

    private async Task<Compose?> AskAsync(Compose asked, CancellationToken cancellationToken)
    {
        try
        {
            var end = await ChildProcess.RunAsync(Start(asked, Path.GetTempPath(), "version", "--short"), null, 1_000, Answers, cancellationToken);
            return end.ExitCode == 0 ? asked with { Version = System.Text.Encoding.UTF8.GetString(end.Output).Trim() } : null;
        }
        catch (Exception e) when (e is Win32Exception or TimeoutException)
        {
            return null;
        }
    }

    /// <param name="folder">The older program looks for its file where it is started, not in its project's folder.</param>
    private ProcessStartInfo Start(Compose found, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(found.Program, [.. found.First, .. arguments]) { WorkingDirectory = folder };
        if (host is not null)
        {
            start.Environment["DOCKER_HOST"] = host;
        }

        return start;
    }

    private static string Last(string errors) => errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "it said nothing";

    /// <param name="First">Arguments before all others.</param>
    private sealed record Compose(string Name, string Program, string[] First)
    {
        public string Version { get; init; } = "";
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
