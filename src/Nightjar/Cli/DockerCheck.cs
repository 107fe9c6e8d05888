using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Configuration;
using Nightjar.Connectors.Docker;
using Nightjar.Core.Services;

namespace Nightjar.Cli;

/// <summary>Whether Docker can be reached, where services have containers.</summary>
internal static class DockerCheck
{
    public static async Task<IReadOnlyList<CheckLine>> RunAsync(NightjarOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var docker = new DockerRoom(options.Docker, new Catalogue(options.Services), clock, NullLoggerFactory.Instance);
        if (!docker.IsWanted)
        {
            return [];
        }

        var standing = await docker.CheckAsync(cancellationToken);
        return standing.IsReached
            ? [CheckLine.Ok("docker", standing.Says), .. standing.Missing.Select(m => CheckLine.Warn($"docker: {m}", $"there is no container {m}", "Start it, or correct its name: an incident would open"))]
            : [CheckLine.Fail("docker", standing.Says, "Until then nothing is known of the containers, and that is an incident of its own")];
    }
}
