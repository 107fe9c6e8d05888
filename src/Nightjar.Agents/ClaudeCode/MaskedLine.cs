using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nightjar.Core.Policy;

namespace Nightjar.Agents.ClaudeCode;

/// <summary>Masks secrets inside a line of JSON and leaves it JSON: text by text, because a mask laid over the line would eat into its escapes.</summary>
internal static class MaskedLine
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(string line)
    {
        // Most lines hold none: they stay as they were, byte for byte.
        try
        {
            var changed = false;
            return JsonNode.Parse(line) is { } json && Mask("", json, ref changed) is var whole && changed ? (whole ?? json).ToJsonString(Relaxed) : line;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return Secrets.Mask(line);
        }
    }

    /// <summary>What to put in its place; null when there was nothing to mask, or when it was masked where it is.</summary>
    private static JsonNode? Mask(string name, JsonNode? node, ref bool changed)
    {
        switch (node)
        {
            case JsonObject parts:
                foreach (var key in parts.Select(p => p.Key).ToList())
                {
                    if (Mask(key, parts[key], ref changed) is { } safe)
                    {
                        parts[key] = safe;
                    }
                }

                return null;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    if (Mask(name, items[i], ref changed) is { } safe)
                    {
                        items[i] = safe;
                    }
                }

                return null;
            case JsonValue value when value.TryGetValue<string>(out var text):
                var named = $"{name}={text}";
                var masked = Secrets.Mask(named);
                if (masked == named)
                {
                    return null;
                }

                changed = true;
                return JsonValue.Create(masked.StartsWith($"{name}=", StringComparison.Ordinal) ? masked[(name.Length + 1)..] : masked);
            default:
                return null;
        }
    }
}
