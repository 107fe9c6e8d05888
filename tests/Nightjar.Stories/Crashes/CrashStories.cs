using System.Diagnostics;
using Nightjar.Core.Incidents;
using Nightjar.Testing;

namespace Nightjar.Stories.Crashes;

/// <summary>
/// Killed at every point of every stage, the incident goes on and nothing is doubled. The points come from a run of the main job
/// itself: a new stage or effect is covered as soon as it exists.
/// </summary>
public class CrashStories
{
    private const int SigKill = 137;

    [Fact]
    public async Task Killed_anywhere_it_goes_on_and_nothing_is_doubled()
    {
        using var first = new Folder();
        var points = (await Victim.PlayAsync(first.Path, _ => { })).Distinct().ToArray();
        Assert.Superset(StageNames(), points.Select(p => p.Split(':')[0]).ToHashSet());

        var failures = new List<string>();
        await Parallel.ForEachAsync(points, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (point, _) =>
        {
            if (await AfterAKillAtAsync(point) is { } fault)
            {
                lock (failures)
                {
                    failures.Add($"{point}: {fault}");
                }
            }
        });
        Assert.Empty(failures);
    }

    [Fact]
    public async Task Killed_at_any_moment_while_it_follows_a_log_it_counts_every_request_once()
    {
        using var folder = new Folder();
        var clock = new FakeClock();
        var log = new ShopLog(folder.Path, clock);
        for (var kill = 0; kill < 6; kill++)
        {
            using var follower = Follower.Start(folder.Path);
            await follower.LookedAsync(1);
            for (var burst = 0; burst < 3 + (7 * kill); burst++)
            {
                log.Serve(50);
                await follower.LookedAsync(1);
            }

            log.Serve(50);
            await follower.KillAsync();
            log.Serve(kill);
        }

        await using var world = await World.StartAsync(Follower.Options(folder.Path, clock));
        await world.UntilAsync(async () => (await world.CountedAsync()).Total >= log.Requests);
        await world.LookAsync(TimeSpan.FromSeconds(8));
        Assert.Equal(log.Requests, (await world.CountedAsync()).Total);
    }

    private static HashSet<string> StageNames() => ["triage", "investigate", "propose", "review", "verify", "learn", "written", "tell"];

    /// <summary>Null when all is as if nothing had happened.</summary>
    private static async Task<string?> AfterAKillAtAsync(string point)
    {
        using var folder = new Folder();
        try
        {
            if (await RunVictimAsync(folder.Path, point) is var code && code != SigKill)
            {
                return $"the victim was not killed (exit code {code})";
            }

            await Victim.PlayAsync(folder.Path, _ => { });
            return await FaultAsync(folder.Path);
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private static async Task<string?> FaultAsync(string folder)
    {
        await using var world = await World.StartAsync(new WorldOptions { Folder = folder, DeleteAtEnd = false });
        var incidents = await world.IncidentsAsync();
        var requests = await world.RequestsAsync();
        if (incidents.Length != 1 || requests.Length != 1)
        {
            return $"{incidents.Length} incidents, {requests.Length} requests";
        }

        var incident = incidents[0];
        if ((incident.State, incident.Outcome) != (IncidentState.Resolved, IncidentOutcome.Merged) || incident.LearnedAt is null)
        {
            return $"it ended {incident.State}, {incident.Outcome}: {incident.Waiting}";
        }

        var branches = await world.Code.BranchesAsync();
        var commits = await world.Code.SubjectsAsync($"main^1..{incident.Request?.Branch}");
        var comments = await world.Store.Requests.CommentsAsync(1, default);
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "state", "incidents.jsonl"));
        return (branches.Length, commits.Length, comments.Count, lines.Length) is (2, 3, 1, 1)
            ? null
            : $"branches {branches.Length}, commits {commits.Length} ({string.Join(" | ", commits)}), comments {comments.Count}, records {lines.Length}";
    }

    private static async Task<int> RunVictimAsync(string folder, string point)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Victim).Assembly.Location, "victim", folder, point]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var victim = Process.Start(start) ?? throw new InvalidOperationException("the victim did not start");
        var output = victim.StandardOutput.ReadToEndAsync();
        var errors = victim.StandardError.ReadToEndAsync();
        await victim.WaitForExitAsync();
        return victim.ExitCode is SigKill ? SigKill : throw new InvalidOperationException($"the victim ended with {victim.ExitCode}: {await output} {await errors}");
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("nightjar-crash-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
