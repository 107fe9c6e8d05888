using System.Globalization;

namespace Nightjar.Benchmarks;

/// <summary>What fence, gateway, broker, journal and transcript add to the program's own time.</summary>
internal sealed class AgentOverheadBenchmark : IBenchmark
{
    public string Name => "agent-overhead";

    public string Says => "both phases with a model that answers at once, minus the same turns by the bare program (five runs; --runs N)";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var runs = arguments is ["--runs", var n] && int.TryParse(n, CultureInfo.InvariantCulture, out var wished) ? wished : 5;
        var (inside, bare) = (new List<double>(), new List<double>());

        // The first one of each warms the disk's cache.
        for (var i = 0; i <= runs; i++)
        {
            var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
            inside.Add((await AgentRuns.InsideAsync(folder.FullName)).Seconds);
            bare.Add(await AgentRuns.BareAsync(folder.FullName, cancellationToken));
            folder.Delete(recursive: true);
        }

        var (all, own) = (Report.Median(inside.Skip(1)), Report.Median(bare.Skip(1)));
        return
        [
            new Row($"both phases inside Nightjar, 7 turns, median of {runs}", all, "s"),
            new Row("the same turns by the bare program", own, "s"),
            new Row("what Nightjar adds to both phases together", all - own, "s", "less than 1", all - own < 1),
        ];
    }
}
