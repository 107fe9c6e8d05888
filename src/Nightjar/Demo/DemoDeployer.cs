using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Cli;

namespace Nightjar.Demo;

/// <summary>
/// The deploy pipeline that a team would have: builds what the base branch holds, runs it in place of the old version, and tells
/// Nightjar with the same call that a pipeline would make (<c>nightjar deployed</c>).
/// </summary>
internal sealed class DemoDeployer(PatientRepository repository, string folder, PatientSettings settings, DemoOutput output, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    private readonly PatientBuilder builder = new(clock);
    private PatientProcess? running;

    public string? Commit => running?.Build.Commit;

    /// <summary>Builds and starts the head of the base branch.</summary>
    public async Task DeployAsync(CancellationToken cancellationToken)
    {
        var build = await builder.BuildAsync(repository.Bare, PatientHistory.Branch, Path.Combine(folder, $"build-{Guid.NewGuid():N}"), cancellationToken);
        if (running is { } old)
        {
            await old.DisposeAsync();
        }

        running = await PatientProcess.StartAsync(build, settings, NullLogger.Instance, clock, cancellationToken);
        output.Event("demo", $"the shop runs at {settings.Url} from commit {build.Commit[..8]} (built in {build.Took.TotalSeconds:0.0} s)", new { commit = build.Commit, buildSeconds = build.Took.TotalSeconds });
    }

    /// <summary>Deploys whenever the base branch moves, until cancelled.</summary>
    public async Task FollowAsync(DaemonClient nightjar, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var head = (await PatientGit.In(repository.Bare, ["rev-parse", PatientHistory.Branch]).RunAsync(clock, cancellationToken)).Trim();
            if (head == Commit)
            {
                continue;
            }

            output.Event("demo", $"the base branch moved to {head[..8]}: deploying it, as a deploy pipeline would");
            await DeployAsync(cancellationToken);
            await nightjar.PostAsync($"services/{DemoPlan.Service}/deployed", new JsonObject { ["commit"] = Commit }, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (running is { } shop)
        {
            await shop.DisposeAsync();
        }
    }
}
