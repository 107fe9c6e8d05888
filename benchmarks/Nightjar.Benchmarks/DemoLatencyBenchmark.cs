using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Benchmarks;

/// <summary>The demo, headless, and its own timeline read back: from the first failing log line on.</summary>
internal sealed class DemoLatencyBenchmark : IBenchmark
{
    public string Name => "demo-latency";

    public string Says => "first failing log line to incident, to proposed fix, in the headless demo (three runs; --runs N)";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var runs = arguments is ["--runs", var n] && int.TryParse(n, CultureInfo.InvariantCulture, out var wished) ? wished : 3;
        var measured = new List<Latency>();
        for (var i = 0; i < runs; i++)
        {
            measured.Add(await OnceAsync(cancellationToken));
        }

        var (open, fix, check, end) = (Report.Median(measured.Select(m => m.Open)), Report.Median(measured.Select(m => m.Fix)), Report.Median(measured.Select(m => m.Check)), Report.Median(measured.Select(m => m.Resolved)));
        return
        [
            new Row($"first failing log line to incident open, median of {runs}", open, "s", "at most 2", open <= 2),
            new Row("first failing log line to fix proposed, without the service's own check", fix - check, "s", "at most 10", fix - check <= 10),
            new Row("the service's own check (build and tests, in the fence)", check, "s"),
            new Row("first failing log line to fix proposed, all in all", fix, "s"),
            new Row("first failing log line to verified and resolved (window 20 s)", end, "s"),
        ];
    }

    private static async Task<Latency> OnceAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
        using var process = NightjarProcess.Start("demo", "--headless", "--json", "--state", folder.FullName);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var lines = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the demo ended with {process.ExitCode}: {await errors}\n{string.Join('\n', lines.TakeLast(20))}");
        }

        var events = lines.Select(l => JsonNode.Parse(l)).OfType<JsonNode>().ToArray();
        var first = File.ReadLines(Path.Combine(folder.FullName, "logs", "shop.log")).Select(l => JsonNode.Parse(l)).OfType<JsonNode>().First(l => l["level"]?.ToString() == "error");
        var began = DateTimeOffset.Parse(first["timestamp"]?.ToString() ?? "", CultureInfo.InvariantCulture);
        double Since(Func<JsonNode, bool> which) => (DateTimeOffset.Parse(events.First(which)["facts"]?["at"]?.ToString() ?? "", CultureInfo.InvariantCulture) - began).TotalSeconds;
        bool Is(JsonNode e, string act, string begins) => e["facts"]?["act"]?.ToString() == act && (e["what"]?.ToString() ?? "").StartsWith(begins, StringComparison.Ordinal);
        var latency = new Latency(
            Since(e => Is(e, "opened", "")),
            Since(e => Is(e, "state", "InReview")),
            Since(e => Is(e, "check", "")) - Since(e => Is(e, "propose", "")),
            Since(e => Is(e, "state", "Resolved")));
        folder.Delete(recursive: true);
        return latency;
    }

    private sealed record Latency(double Open, double Fix, double Check, double Resolved);
}
