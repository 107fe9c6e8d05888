using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Agents.Gateway;

/// <summary>
/// A request to <c>/v1/messages</c> after it was looked through: made smaller where it asked for too much, refused where it asks for
/// what only the provider's own machines would do (searching, fetching, running code, other servers' tools).
/// </summary>
/// <param name="Pictures">Each counts as many tokens as a picture can have.</param>
internal sealed record MessageRequest(string Model, byte[] Body, long MostOutput, bool Streams, int Pictures, string? Refusal)
{
    private const int LongestName = 150;

    /// <summary>How a request asks for the cache that lasts an hour and costs more to write.</summary>
    private static ReadOnlySpan<byte> HourMark => "\"ttl\":\"1h\""u8;

    /// <summary>Fields of the Messages API that are passed on; a new one is looked at by a person first.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "model", "messages", "system", "tools", "tool_choice", "metadata", "max_tokens", "thinking", "temperature", "top_p", "top_k", "stop_sequences", "stream",
        "context_management", "output_config", "service_tier", "cache_control",
    };

    /// <summary>Smallest thinking budget that the API takes.</summary>
    private const int LeastThinking = 1_024;

    /// <summary>Letters of other languages stay letters: escaped, they would count as six bytes each.</summary>
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the caller wrote, fit for a journal.</summary>
    public static string Short(string name) => string.Concat(name.Take(LongestName).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));

    public static MessageRequest Read(byte[] body, GatewayRules rules)
    {
        JsonObject? json;
        try
        {
            json = JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = 128, AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            json = null;
        }

        if (json is null)
        {
            return Refused("", "the body is not a JSON object");
        }

        try
        {
            return Read(json, rules);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            return Refused("", "the body is not a Messages request");
        }
    }

    private static MessageRequest Read(JsonObject json, GatewayRules rules)
    {
        var model = json["model"]?.GetValue<string>() ?? "";
        if (!rules.Models.Contains(model))
        {
            return Refused(model, $"the model {Short(model)} is not allowed here; agent.model names {string.Join(", ", rules.Models)}, and aliases are not resolved");
        }

        if (json.Select(p => p.Key).FirstOrDefault(k => !Known.Contains(k)) is { } unknown)
        {
            return Refused(model, $"the field {Short(unknown)} is not passed on");
        }

        if (Tools(json).FirstOrDefault(t => t["type"] is { } type && type.GetValue<string>() != "custom") is { } tool)
        {
            return Refused(model, $"the provider's own tools are not allowed: {Short($"{tool["type"]}")}");
        }

        // Anything else that it drops would make a longer request count fewer tokens than a shorter one.
        if (json["context_management"]?["edits"] is JsonArray edits && edits.Any(e => e?["type"]?.GetValue<string>() != "clear_thinking_20251015" || e["keep"] is not JsonValue keep || keep.GetValue<string>() != "all"))
        {
            return Refused(model, "context_management may keep all thinking, and nothing else");
        }

        var content = ContentRules.Of(json);
        if (content.Refusal is { } not)
        {
            return Refused(model, not);
        }

        var output = Math.Clamp(json["max_tokens"]?.GetValue<long>() ?? rules.MostOutput, 1, rules.MostOutput);
        json["max_tokens"] = output;
        ClampThinking(json, output);
        return new MessageRequest(model, JsonSerializer.SerializeToUtf8Bytes(json, Relaxed), output, json["stream"]?.GetValue<bool>() == true, content.Pictures, null);
    }

    public bool AsksForHour => Body.AsSpan().IndexOf(HourMark) >= 0;

    private static IEnumerable<JsonObject> Tools(JsonObject json) => (json["tools"] as JsonArray ?? []).OfType<JsonObject>();

    private static void ClampThinking(JsonObject json, long output)
    {
        if (json["thinking"] is not JsonObject thinking || thinking["budget_tokens"] is not { } budget || budget.GetValue<long>() < output)
        {
            return;
        }

        if (output > LeastThinking)
        {
            thinking["budget_tokens"] = output - 1;
        }
        else
        {
            json.Remove("thinking");
        }
    }

    private static MessageRequest Refused(string model, string why) => new(Short(model), [], 0, false, 0, why);
}
