using System.Text.Json.Nodes;

namespace Nightjar.Agents.Broker;

/// <summary>Something that an agent may ask for. What it answers is bounded and masked by the broker.</summary>
/// <param name="Schema">JSON Schema of its arguments: an object.</param>
/// <param name="Run">Throws <see cref="ToolMisuseException"/> for arguments that it cannot use.</param>
public sealed record BrokerTool(string Name, string Description, JsonObject Schema, Func<ToolArguments, CancellationToken, Task<string>> Run)
{
    /// <summary>The schema of a tool that takes these.</summary>
    /// <param name="required">Names that must be there.</param>
    public static JsonObject Takes(string[] required, params (string Name, JsonObject Schema)[] properties) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(properties.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.Schema))),
        ["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]),
        ["additionalProperties"] = false,
    };

    public static JsonObject Text(string says, int most) => new() { ["type"] = "string", ["description"] = says, ["maxLength"] = most };

    /// <summary>One of these words; where there are none, none can be given.</summary>
    public static JsonObject Choice(string says, IEnumerable<string> words) => new() { ["type"] = "string", ["description"] = says, ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) };

    public static JsonObject Number(string says, double least, double most) => new() { ["type"] = "number", ["description"] = says, ["minimum"] = least, ["maximum"] = most };

    public static JsonObject Whole(string says, long least, long most) => new() { ["type"] = "integer", ["description"] = says, ["minimum"] = least, ["maximum"] = most };

    public static JsonObject Texts(string says, int mostItems, int most) => new() { ["type"] = "array", ["description"] = says, ["maxItems"] = mostItems, ["items"] = new JsonObject { ["type"] = "string", ["maxLength"] = most } };
}

/// <summary>Arguments that a tool cannot use; the message tells the agent what it takes.</summary>
public sealed class ToolMisuseException(string message) : Exception(message);

/// <summary>One use of a tool, as the journal keeps it.</summary>
public sealed record ToolCall(string Tool, string Arguments, bool IsError, int AnswerLength, TimeSpan Took);
