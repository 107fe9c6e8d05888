using System.Text.Json.Nodes;

namespace Nightjar.Demo.Model;

/// <summary>What the scripted model says in one turn: text, the use of a tool, or something that goes wrong.</summary>
internal sealed record ModelTurn
{
    public string? Text { get; init; }

    public (string Name, JsonObject Input)? Tool { get; init; }

    /// <summary>An HTTP status instead of an answer.</summary>
    public int? Status { get; init; }

    /// <summary>Headers that go with it, such as <c>retry-after</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Breaks off in the middle of the stream.</summary>
    public bool BreaksOff { get; init; }

    /// <summary>Says nothing more in the middle of the stream, until the caller gives up.</summary>
    public bool Stalls { get; init; }

    /// <summary>Instead of an answer, exactly these bytes with status 200.</summary>
    public string? Raw { get; init; }

    public string StopReason { get; init; } = "";

    public int InputTokens { get; init; } = 1_000;

    public int OutputTokens { get; init; } = 100;

    public static ModelTurn Says(string text) => new() { Text = text };

    public static ModelTurn Calls(string tool, JsonObject input) => new() { Tool = (tool, input) };
}
