using System.Text.Json.Nodes;

namespace Nightjar.Agents.Gateway;

/// <summary>
/// What may be in the messages: text, uses of tools, and pictures that are in the request itself. What the provider would fetch from
/// elsewhere is refused, because it would carry data out; a PDF is left out, because nobody can tell its tokens beforehand.
/// </summary>
internal sealed class ContentRules
{
    private static readonly HashSet<string> Plain = new(StringComparer.Ordinal) { "text", "tool_use", "thinking", "redacted_thinking", "search_result", "tool_reference" };

    /// <summary>Pictures; each has more tokens than its bytes may tell.</summary>
    public int Pictures { get; private set; }

    public string? Refusal { get; private set; }

    public static ContentRules Of(JsonObject json)
    {
        var rules = new ContentRules();
        rules.Look(json["system"]);
        foreach (var message in (json["messages"] as JsonArray ?? []).OfType<JsonObject>())
        {
            rules.Look(message["content"]);
        }

        return rules;
    }

    private void Look(JsonNode? content)
    {
        if (content is not JsonArray blocks)
        {
            return;
        }

        for (var i = 0; i < blocks.Count; i++)
        {
            var type = blocks[i]?["type"]?.GetValue<string>() ?? "";
            var source = type is "image" or "document" ? blocks[i]?["source"] : null;
            switch (type, source?["type"]?.GetValue<string>())
            {
                case ("tool_result", _):
                    Look(blocks[i]?["content"]);
                    break;
                case ("image", "base64"):
                    Pictures++;
                    break;
                case ("document", "text"):
                    break;
                case ("document", "content"):
                    Look(source?["content"]);
                    break;
                case ("document", "base64"):
                    blocks[i] = new JsonObject { ["type"] = "text", ["text"] = "(Here was a PDF. Nightjar does not pass PDFs on: what they cost is known too late.)" };
                    break;
                case (_, var from) when from is not null:
                    Refusal ??= $"content from a {MessageRequest.Short(from)} is not fetched";
                    break;
                default:
                    Refusal ??= Plain.Contains(type) ? null : $"content of the type {MessageRequest.Short(type)} is not passed on";
                    break;
            }
        }
    }
}
