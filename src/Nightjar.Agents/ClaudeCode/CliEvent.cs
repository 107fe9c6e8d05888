using System.Text.Json;

namespace Nightjar.Agents.ClaudeCode;

/// <summary>The events of the program's stream that decide something; the rest is for the transcript.</summary>
internal abstract record CliEvent
{
    /// <summary>Null for a line that is not one of them.</summary>
    public static CliEvent? Read(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return root.ValueKind != JsonValueKind.Object ? null : Text(root, "type") switch
            {
                "system" when Text(root, "subtype") == "init" => new CliStarted(Text(root, "claude_code_version") ?? "", Texts(root, "tools"), ServerStatus(root)),
                "result" => new CliResult(
                    Text(root, "subtype") ?? "", !root.TryGetProperty("is_error", out var error) || error.ValueKind != JsonValueKind.False,
                    Text(root, "result") ?? string.Join("; ", Texts(root, "errors"))),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string ServerStatus(JsonElement root) =>
        root.TryGetProperty("mcp_servers", out var servers) && servers.ValueKind == JsonValueKind.Array
            ? servers.EnumerateArray().Where(s => Text(s, "name") == Broker.ToolBroker.Name).Select(s => Text(s, "status")).FirstOrDefault() ?? "absent"
            : "absent";

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string> Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString() ?? "")] : [];
}

/// <summary>The program is up.</summary>
/// <param name="Tools">Everything that the model may call.</param>
/// <param name="Broker">Whether it reached our tools: <c>connected</c>, or what is wrong.</param>
internal sealed record CliStarted(string Version, IReadOnlyList<string> Tools, string Broker) : CliEvent;

/// <summary>A message was worked through.</summary>
/// <param name="IsError">Alone decides: an error of the provider ends with the subtype <c>success</c>.</param>
internal sealed record CliResult(string Subtype, bool IsError, string Says) : CliEvent;
