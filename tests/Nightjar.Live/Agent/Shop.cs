using System.Text.Json.Nodes;
using Nightjar.Demo.Model;
using Nightjar.Testing;

namespace Nightjar.Live.Agent;

/// <summary>A lab with the repository of a shop, and what a scripted model says in it.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string Inside = $"/workspace/{AgentLab.File}";

    private const string Check = "grep -q 'if n > shelf.count' stock.py && echo good || { echo bad; exit 1; }\n";

    private Shop(Place place, AgentLab lab) => (Place, Lab) = (place, lab);

    public Place Place { get; }

    public AgentLab Lab { get; }

    public static async Task<Shop> OpenAsync(Func<ModelRequest, ModelTurn> script, AgentLabPlan? plan = null, params (string Path, string Text)[] files)
    {
        Assert.SkipWhen(AgentLab.Program is null, "the Claude Code program is not here: ./nightjar test fetches it with npm (@anthropic-ai/claude-code)");
        Assert.SkipWhen(!System.IO.File.Exists("/usr/bin/bwrap"), "bubblewrap is not here (Debian: apt-get install bubblewrap)");
        var place = new Place();
        await CommitAsync(place.File("shop"), [(AgentLab.File, AgentLab.Faulty), ("check.sh", Check), .. files]);
        plan ??= new AgentLabPlan();
        place.Signs.Add(plan.Sign);
        return new Shop(place, await AgentLab.OpenAsync(place.Folder, plan, script));
    }

    public async Task<Core.Investigation.Finding> InvestigateAsync(CancellationToken cancellationToken = default, string message = "count is -1") =>
        await Lab.Agent.InvestigateAsync(await Lab.BriefAsync(message), cancellationToken);

    public async Task<(Core.Investigation.ProposalAttempt Attempt, string Diff)> ProposeAsync(string? request = null)
    {
        await using var clone = await Lab.Repositories.CloneAsync(Lab.Service, "incident/7", CancellationToken.None);
        var attempt = await Lab.Agent.ProposeAsync(await Lab.BriefAsync() with { Request = request }, AgentLab.Finding, clone, CancellationToken.None);
        return (attempt, await clone.DiffAsync(CancellationToken.None));
    }

    /// <summary>A finding that holds, changed where a test wants it otherwise.</summary>
    public static ModelTurn Finds(Action<JsonObject>? change = null)
    {
        var finding = new JsonObject
        {
            ["root_cause"] = "take takes more than there is",
            ["file"] = AgentLab.File,
            ["line"] = 2,
            ["confidence"] = 0.9,
            ["evidence_ids"] = new JsonArray("E1"),
            ["ruled_out"] = new JsonArray("a dependency: none is called"),
            ["missing"] = new JsonArray(),
        };
        change?.Invoke(finding);
        return ModelTurn.Calls("mcp__nightjar__submit_finding", finding);
    }

    public static ModelTurn Edits() => ModelTurn.Calls("Edit", new JsonObject
    {
        ["file_path"] = Inside,
        ["old_string"] = "    left = shelf.count - n\n",
        ["new_string"] = "    if n > shelf.count:\n        raise ValueError(n)\n    left = shelf.count - n\n",
    });

    public static ModelTurn Reads(string path = Inside) => ModelTurn.Calls("Read", new JsonObject { ["file_path"] = path });

    public static ModelTurn Submits() => ModelTurn.Calls("mcp__nightjar__submit_change", new JsonObject
    {
        ["subject"] = "fix(stock): take no more than there is",
        ["summary"] = "take refuses what is not there.",
        ["tests"] = "None: the check looks at it.",
        ["risk"] = "Callers see an error where they saw a negative count.",
    });

    public static ModelTurn Done => ModelTurn.Says("Done.");

    /// <summary>Says these, one after the other, and ends.</summary>
    public static Func<ModelRequest, ModelTurn> Script(params ModelTurn[] turns) => r => r.Turn < turns.Length ? turns[r.Turn] : Done;

    /// <summary>Nothing that was started for this shop is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await Lab.DisposeAsync();
        await Place.NothingRunsAsync();
        await Place.DisposeAsync();
    }

    private static async Task CommitAsync(string folder, IEnumerable<(string Path, string Text)> files)
    {
        Directory.CreateDirectory(folder);
        await Git.RunAsync(folder, "init", "--quiet", "--initial-branch=main");
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full) ?? folder);
            if (text.StartsWith("-> ", StringComparison.Ordinal))
            {
                System.IO.File.CreateSymbolicLink(full, text[3..]);
                continue;
            }

            await System.IO.File.WriteAllTextAsync(full, text);
        }

        await Git.RunAsync(folder, "add", "--all");
        await Git.RunAsync(folder, "commit", "--quiet", "--message=Sell");
    }
}
