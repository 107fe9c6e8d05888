using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nightjar.Demo.Model;

/// <summary>
/// What the scripted model says about the shop's race: it reads, looks, edits and submits as a model would, so that everything around
/// it is real. It stands in for a model's judgement, and for nothing else.
/// </summary>
internal static partial class ShopScript
{
    private const string File = "/workspace/src/Shop/InventoryRepository.cs";

    public static ModelTurn Answer(ModelRequest request) =>
        request.Tools.Contains("mcp__nightjar__submit_finding") ? Investigate(request) : Propose(request);

    private static ModelTurn Investigate(ModelRequest request) => request.Turn switch
    {
        0 => ModelTurn.Calls("mcp__nightjar__errors", []),
        1 => ModelTurn.Calls("Read", new JsonObject { ["file_path"] = File }),
        2 => ModelTurn.Calls("mcp__nightjar__changes", []),
        3 => ModelTurn.Calls("mcp__nightjar__submit_finding", Finding(request)),
        _ => ModelTurn.Says("The finding is submitted."),
    };

    private static ModelTurn Propose(ModelRequest request) => request.Turn switch
    {
        0 => ModelTurn.Calls("Read", new JsonObject { ["file_path"] = File }),
        1 => Edit(
            "public sealed class InventoryRepository(Warehouse warehouse)\n{\n",
            "public sealed class InventoryRepository(Warehouse warehouse)\n{\n    /// <summary>Held from the look at a shelf until it is changed: nobody takes in between.</summary>\n    private readonly SemaphoreSlim taking = new(1, 1);\n\n"),
        2 => Edit(
            "        var available = Audited(sku, await warehouse.ReadAsync(sku, cancellationToken));\n        if (available < quantity)\n        {\n            return false;\n        }\n\n        var left = await warehouse.ChangeAsync(sku, -quantity, cancellationToken);\n        Audited(sku, left);\n        return true;\n",
            "        await taking.WaitAsync(cancellationToken);\n        try\n        {\n            var available = Audited(sku, await warehouse.ReadAsync(sku, cancellationToken));\n            if (available < quantity)\n            {\n                return false;\n            }\n\n            var left = await warehouse.ChangeAsync(sku, -quantity, cancellationToken);\n            Audited(sku, left);\n            return true;\n        }\n        finally\n        {\n            taking.Release();\n        }\n"),
        3 => ModelTurn.Calls("mcp__nightjar__run_check", []),
        4 when request.Last.Contains("The check passed", StringComparison.Ordinal) => ModelTurn.Calls("mcp__nightjar__submit_change", new JsonObject
        {
            ["subject"] = "fix(stock): hold the shelf from the look to the take",
            ["summary"] = "TryTakeAsync looked at the stock and changed it later, with an await between: two customers could both pass the check. The look and the change are now one step behind a semaphore, so that the asynchronous warehouse stays as it is.",
            ["tests"] = "None is added: the shop's own test that takes from many tasks at once fails without the change and passes with it.",
            ["risk"] = "Takes of all products wait for each other; should that be slow under load, one semaphore a product would do.",
        }),
        4 => ModelTurn.Says("The check did not pass, so there is nothing to submit. A person should look at its output."),
        _ => ModelTurn.Says("The change is submitted."),
    };

    private static ModelTurn Edit(string old, string @new) => ModelTurn.Calls("Edit", new JsonObject { ["file_path"] = File, ["old_string"] = old, ["new_string"] = @new });

    /// <summary>The commit's name is read from what the tool answered, as a model would.</summary>
    private static JsonObject Finding(ModelRequest request)
    {
        var finding = new JsonObject
        {
            ["root_cause"] = "InventoryRepository.TryTakeAsync checks the stock and changes it after an await, so two customers at once both pass the check and the stock goes below zero (time of check to time of use).",
            ["details"] = "The audit that fails is only where it shows: every later look at the shelf finds a negative stock. The check and the change were one synchronous step before the warehouse became asynchronous.",
            ["file"] = "src/Shop/InventoryRepository.cs",
            ["line"] = 11,
            ["function"] = "TryTakeAsync",
            ["confidence"] = 0.93,
            ["evidence_ids"] = new JsonArray("E1", "E2"),
            ["ruled_out"] = new JsonArray("A dependency: the error is the shop's own audit, and no call was refused or timed out."),
            ["missing"] = new JsonArray("No trace shows the two customers side by side."),
        };
        if (Commit().Match(request.Last) is { Success: true } commit)
        {
            finding["suspect_commit"] = commit.Groups[1].Value;
        }

        return finding;
    }

    [GeneratedRegex("Commit ([0-9a-f]{40}) [^\\\\]*async", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Commit();
}
