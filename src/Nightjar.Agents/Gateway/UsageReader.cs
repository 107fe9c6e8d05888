using System.Text.Json;
using Nightjar.Core.Policy;

namespace Nightjar.Agents.Gateway;

/// <summary>Reads the token counts out of an answer while it passes by: server-sent events, or one JSON object.</summary>
internal sealed class UsageReader(bool isStream)
{
    /// <summary>Of a line or an answer: more than this is no answer of the Messages API.</summary>
    private const int Longest = 8 * 1024 * 1024;

    private readonly MemoryStream held = new();

    /// <summary>Null until the provider has told any.</summary>
    public TokenUsage? Usage { get; private set; }

    /// <summary>True when the last count is known: without it, the call cost nobody knows how much.</summary>
    public bool IsFinal { get; private set; }

    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (!isStream)
        {
            Hold(bytes);
            return;
        }

        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Hold(bytes[..end]);
            Line(held.GetBuffer().AsSpan(0, (int)held.Length));
            held.SetLength(0);
            bytes = bytes[(end + 1)..];
        }

        Hold(bytes);
    }

    public void End()
    {
        if (!isStream && Parse(held.GetBuffer().AsMemory(0, (int)held.Length)) is { } answer)
        {
            using (answer)
            {
                if (answer.RootElement.TryGetProperty("usage", out var usage) && IsWhole(usage))
                {
                    Usage = Read(usage, TokenUsage.None);
                    IsFinal = true;
                }
            }
        }
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (held.Length + bytes.Length <= Longest)
        {
            held.Write(bytes);
        }
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("data:"u8) || Parse(line["data:"u8.Length..].ToArray()) is not { } json)
        {
            return;
        }

        using (json)
        {
            var root = json.RootElement;
            switch (Text(root, "type"))
            {
                case "message_start" when root.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object && message.TryGetProperty("usage", out var first) && IsWhole(first):
                    Usage = Read(first, TokenUsage.None);
                    break;
                case "message_delta" when Usage is { } told && root.TryGetProperty("usage", out var last) && Number(last, "output_tokens", -1) >= 0:
                    Usage = Read(last, told);
                    IsFinal = true;
                    break;
            }
        }
    }

    private static bool IsWhole(JsonElement usage) => Number(usage, "input_tokens", -1) >= 0 && Number(usage, "output_tokens", -1) >= 0;

    /// <summary>A delta tells totals, and may leave out what was told before.</summary>
    private static TokenUsage Read(JsonElement usage, TokenUsage before)
    {
        var hour = usage.TryGetProperty("cache_creation", out var parts) && parts.ValueKind == JsonValueKind.Object ? Number(parts, "ephemeral_1h_input_tokens", before.CacheWriteHour) : before.CacheWriteHour;
        var written = Number(usage, "cache_creation_input_tokens", before.CacheWrite + before.CacheWriteHour);
        return new TokenUsage(
            Number(usage, "input_tokens", before.Input), Number(usage, "output_tokens", before.Output),
            Math.Max(0, written - hour), hour, Number(usage, "cache_read_input_tokens", before.CacheRead));
    }

    private static long Number(JsonElement json, string name, long otherwise) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0 ? number : otherwise;

    private static string? Text(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonDocument? Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
