using System.Diagnostics;
using System.Text.Json.Nodes;
using Nightjar.Agents.ClaudeCode;
using Nightjar.Demo.Model;
using Nightjar.Testing;

namespace Nightjar.Benchmarks;

/// <summary>Runs of the real Claude Code program against a model that answers at once: inside Nightjar, and bare.</summary>
internal static class AgentRuns
{
    public static string Program => AgentLab.Program ?? throw new InvalidOperationException($"the Claude Code program is not here: npm install -g @anthropic-ai/claude-code@{ClaudeCodeOptions.TestedVersion}, or run ./nightjar test once");

    /// <summary>Both phases: seconds of all, and what the model was asked.</summary>
    public static async Task<(double Seconds, IReadOnlyList<ModelRequest> Requests)> InsideAsync(string folder)
    {
        await RepositoryAsync(Path.Combine(folder, "shop"));
        await using var lab = await AgentLab.OpenAsync(folder, new AgentLabPlan(), r => Answer(r, "/workspace"));
        var brief = await lab.BriefAsync();
        await using var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", CancellationToken.None);
        var began = Stopwatch.GetTimestamp();
        var finding = await lab.Agent.InvestigateAsync(brief, CancellationToken.None);
        var attempt = await lab.Agent.ProposeAsync(brief, finding, clone, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return attempt.Change is null ? throw new InvalidOperationException(attempt.Why) : (took, [.. lab.Model.Requests]);
    }

    /// <summary>The same turns by the program alone: no fence, no gateway, no broker.</summary>
    public static async Task<double> BareAsync(string folder, CancellationToken cancellationToken)
    {
        var work = Path.Combine(folder, "bare");
        await RepositoryAsync(work);
        await using var model = await ScriptedModel.StartAsync(r => Answer(r, work), cancellationToken);
        var began = Stopwatch.GetTimestamp();
        await BareAsync(folder, work, model.Address, "Read,Grep,Glob", "dontAsk", cancellationToken);
        await BareAsync(folder, work, model.Address, "Read,Grep,Glob,Edit,Write", "acceptEdits", cancellationToken);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return model.Requests.Count == 7 ? took : throw new InvalidOperationException($"the bare program asked {model.Requests.Count} times instead of 7");
    }

    private static async Task BareAsync(string folder, string work, Uri model, string tools, string mode, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Program, ["-p", "--output-format", "stream-json", "--verbose", "--model", "claude-sonnet-4-6", "--tools", tools, "--permission-mode", mode, "--setting-sources", "", "--strict-mcp-config", "--disable-slash-commands", "--no-session-persistence", "--system-prompt", "You work."])
        {
            WorkingDirectory = work, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        (start.Environment["PATH"], start.Environment["HOME"], start.Environment["ANTHROPIC_API_KEY"], start.Environment["ANTHROPIC_BASE_URL"]) = (path, folder, "none", model.ToString());
        (start.Environment["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"], start.Environment["CLAUDE_CODE_DISABLE_ATTACHMENTS"], start.Environment["CLAUDE_CODE_MAX_RETRIES"]) = ("1", "1", "0");
        using var process = Process.Start(start) ?? throw new InvalidOperationException("the program did not start");
        await process.StandardInput.WriteAsync("Work.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the bare program ended with {process.ExitCode}: {await output}");
        }
    }

    /// <summary>Three turns of reading, four of writing; what would go to the broker is a look at the file where there is none.</summary>
    private static ModelTurn Answer(ModelRequest request, string folder)
    {
        var file = new JsonObject { ["file_path"] = $"{folder}/{AgentLab.File}" };
        var isWriting = request.Tools.Contains("Edit");
        var end = isWriting ? "mcp__nightjar__submit_change" : "mcp__nightjar__submit_finding";
        return (request.Turn, isWriting) switch
        {
            (0, _) => ModelTurn.Calls("Read", file),
            (1, true) => ModelTurn.Calls("Edit", new JsonObject { ["file_path"] = $"{folder}/{AgentLab.File}", ["old_string"] = "    left =", ["new_string"] = "    assert n <= shelf.count\n    left =" }),
            (1, false) or (2, true) => request.Tools.Contains(end) ? ModelTurn.Calls(end, isWriting ? Change() : Finding()) : ModelTurn.Calls("Read", file),
            _ => ModelTurn.Says("Done."),
        };
    }

    private static JsonObject Finding() => new() { ["root_cause"] = "it takes too much", ["file"] = AgentLab.File, ["line"] = 2, ["confidence"] = 0.9, ["evidence_ids"] = new JsonArray(), ["ruled_out"] = new JsonArray(), ["missing"] = new JsonArray() };

    private static JsonObject Change() => new() { ["subject"] = "fix: take less", ["summary"] = "It takes less.", ["tests"] = "None.", ["risk"] = "None." };

    private static async Task RepositoryAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, AgentLab.File), AgentLab.Faulty);
        foreach (var arguments in new[] { "init --quiet --initial-branch=main", "add --all", "-c user.name=Ann -c user.email=ann@example.com commit --quiet --message=Sell" })
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder }) ?? throw new InvalidOperationException("git did not start");
            await git.WaitForExitAsync();
        }
    }
}
