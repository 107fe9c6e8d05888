using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Nightjar.Core.Healing;

namespace Nightjar.Connectors.Actions;

/// <summary>
/// Builds the image of a compose service and starts it from that, through <c>docker compose</c>. Its arguments are the folder and the
/// service of the configuration, one by one; there is no shell.
/// </summary>
/// <param name="program">The Docker program.</param>
public sealed partial class RebuildActuator(string program = "docker") : IActuator
{
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

        try
        {
            var end = await ChildProcess.RunAsync(Start("compose", "--project-directory", wish.Project, "up", "--detach", "--build", "--no-deps", wish.ComposeService), null, MostOutput, wish.Timeout, cancellationToken);
            return end.ExitCode == 0
                ? new ActionResult($"built {wish.ComposeService} anew and started it")
                : throw new ActionFailedException($"docker compose ended with {end.ExitCode}: {Last(end.Errors)}");
        }
        catch (Win32Exception e)
        {
            throw new ActionFailedException($"the program {program} cannot be started: {e.Message}", e);
        }
        catch (TimeoutException e)
        {
            throw new ActionFailedException(e.Message, e);
        }
    }

    /// <summary>The version of docker compose; null when it is not there.</summary>
    public async Task<string?> VersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            var end = await ChildProcess.RunAsync(Start("compose", "version", "--short"), null, 1_000, TimeSpan.FromSeconds(10), cancellationToken);
            return end.ExitCode == 0 ? System.Text.Encoding.UTF8.GetString(end.Output).Trim() : null;
        }
        catch (Exception e) when (e is Win32Exception or TimeoutException)
        {
            return null;
        }
    }

    private ProcessStartInfo Start(params string[] arguments) => new(program, arguments);

    private static string Last(string errors) => errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "it said nothing";

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
