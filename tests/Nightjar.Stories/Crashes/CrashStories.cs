
namespace Nightjar.Stories.Crashes;

/// <summary>
/// Killed at every point of every stage, the incident goes on and nothing is doubled. The points come from playing each way without
/// a kill: a new stage or effect is covered as soon as it exists.
/// </summary>
/// <remarks>
/// One world is killed at several points one after the other, because what a kill costs is mostly the start of the next process.
/// When such a chain ends wrong, its points are tried each in a world of its own, to name the ones that did it.
/// </remarks>
public sealed class CrashStories(ITestOutputHelper output)
{
    private static readonly ParallelOptions AllCores = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    [Theory]
    [InlineData("merged")]
    [InlineData("reopened")]
    [InlineData("closed")]
    [InlineData("mended")]
    [InlineData("healed")]
    public async Task Killed_anywhere_it_goes_on_and_nothing_is_doubled(string name)
    {
        var way = Way.All.Single(w => w.Name == name);
        using var first = new Folder();
        var points = (await way.PlayAsync(first.Path, _ => { })).Distinct().ToList();
        Assert.Null(await way.FaultAsync(first.Path));
        if (name == "merged")
        {
            string[] stages = ["triage", "investigate", "propose", "review", "verify", "learn", "written", "tell"];
            Assert.Superset(stages.ToHashSet(), points.Select(p => p.Split(':')[0]).ToHashSet());
        }
        else
        {
            // What a way shares with the plain one is killed there.
            var plain = await PlainAsync();
            points = [.. points.Except(plain)];
        }

        output.WriteLine($"{points.Count} points: {string.Join(' ', points)}");
        var chains = Enumerable.Range(0, Environment.ProcessorCount * 2).Select(i => points.Where((_, at) => at % (Environment.ProcessorCount * 2) == i).ToList()).Where(c => c.Count > 0);
        var failures = new List<string>();
        await Parallel.ForEachAsync(chains, AllCores, async (chain, _) =>
        {
            if (await AfterKillsAtAsync(way, chain) is not { } fault)
            {
                return;
            }

            var alone = new List<string>();
            foreach (var point in chain)
            {
                if (await AfterKillsAtAsync(way, [point]) is { } why)
                {
                    alone.Add($"{point}: {why}");
                }
            }

            lock (failures)
            {
                failures.AddRange(alone.Count > 0 ? alone : [$"{string.Join(" then ", chain)}: {fault}"]);
            }
        });
        Assert.Empty(failures);
    }

    /// <summary>Null when all is as if nothing had happened.</summary>
    private static async Task<string?> AfterKillsAtAsync(Way way, IEnumerable<string> points)
    {
        using var folder = new Folder();
        try
        {
            foreach (var point in points)
            {
                if (await Victim.KillAsync(folder.Path, way, point) is { } alive)
                {
                    return alive;
                }
            }

            await way.PlayAsync(folder.Path, _ => { });
            return await way.FaultAsync(folder.Path);
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private static async Task<IReadOnlyList<string>> PlainAsync()
    {
        using var folder = new Folder();
        return await Way.All[0].PlayAsync(folder.Path, _ => { });
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("nightjar-crash-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
