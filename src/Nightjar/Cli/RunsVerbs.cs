using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Cli;

/// <summary><c>nightjar runs …</c></summary>
internal static class RunsVerbs
{
    public static Command Make() => new("runs", "Passes and incidents as runs: what was looked at, found and done") { List(), Show() };

    private static Command List()
    {
        var space = new Option<string>("--namespace", "-n") { Description = "Only those of this namespace", HelpName = "NAME" };
        var limit = new Option<int>("--limit") { Description = "How many, newest first", HelpName = "N", DefaultValueFactory = _ => 50 };
        return new Command("list", "Runs, newest first") { space, limit }.Does(async (client, cancellationToken) =>
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"runs?limit={client.Parsed.GetValue(limit)}{(client.Parsed.GetValue(space) is { } name ? $"&ns={Uri.EscapeDataString(name)}" : "")}");
            var answer = await client.Daemon.GetAsync(path, cancellationToken);
            client.Print(answer, output => Terminal.Table(
                output,
                "No runs yet.",
                ["#", "started", "ended", "of", "namespace", "mode", "status", "pods", "errors", "fixes"],
                (answer["runs"]?.AsArray() ?? []).OfType<JsonNode>().Select(r => new[]
                {
                    $"{r["id"]}", Terminal.When(r["started_at"]), Terminal.When(r["ended_at"]), r["incident"] is { } incident ? $"incident {incident}" : "pass", $"{r["namespace"]}", $"{r["mode"]}", $"{r["status"]}", $"{r["pod_count"]}", $"{r["error_count"]}", $"{r["fix_count"]}",
                })));
            return ExitCode.Ok;
        });
    }

    private static Command Show()
    {
        var number = new Argument<long>("NUMBER") { Description = "The run's number" };
        return new Command("show", "One run: its report, its fixes and its whole log") { number }.Does(async (client, cancellationToken) =>
        {
            var answer = await client.Daemon.GetAsync(string.Create(CultureInfo.InvariantCulture, $"runs/{client.Parsed.GetValue(number)}"), cancellationToken);
            client.Print(answer, output =>
            {
                var run = answer["run"] ?? new JsonObject();
                output.WriteLine($"Run {run["id"]}, {(run["incident"] is { } incident ? $"incident {incident}" : "a pass")}, {run["namespace"]}: {run["status"]} ({run["mode"]}). {Terminal.When(run["started_at"])} to {(run["ended_at"] is null ? "now" : Terminal.When(run["ended_at"]))}.");
                output.WriteLine($"{run["pod_count"]} pods, {run["error_count"]} errors, {run["fix_count"]} fixes.");
                output.WriteLine($"\n{run["report"]}\n");
                Terminal.Table(
                    output,
                    "No fixes.",
                    ["at", "pod", "error", "status", "what", "says"],
                    (run["fixes"]?.AsArray() ?? []).OfType<JsonNode>().Select(f => new[] { Terminal.When(f["timestamp"]), $"{f["pod_name"]}", $"{f["error_type"]}", $"{f["status"]}", $"{f["fix_applied"]}", $"{f["error_message"]}" }));
                output.WriteLine($"\n{run["log"]}");
            });
            return ExitCode.Ok;
        });
    }
}
