using System.Text.Json;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Journald;

/// <summary>
/// One entry as <c>journalctl -o json</c> prints it: a line with an object whose values are strings; an array of numbers where a value is
/// not text, an array of values where a field came more than once (systemd's "Journal JSON Format").
/// </summary>
internal static class JournalEntry
{
    /// <summary>Errors and worse by syslog's numbers; what is less says so in its text or does not matter to us.</summary>
    private const int LeastGrave = 3;

    /// <summary>Null for what is no entry with a message.</summary>
    public static LineBatch? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8 });
            return json.RootElement.ValueKind == JsonValueKind.Object ? Batch(json.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A string with half a surrogate pair: valid JSON that cannot be text.
            return null;
        }
    }

    private static LineBatch? Batch(JsonElement entry)
    {
        var cursor = Text(entry, "__CURSOR");
        if (cursor is null || !entry.TryGetProperty("MESSAGE", out var value) || Bytes(value) is not { } message)
        {
            return null;
        }

        // What a process writes to its output comes with one priority for all of it, which tells nothing of the line.
        var isLogged = Text(entry, "_TRANSPORT") is not (null or "stdout");
        if (isLogged && int.TryParse(Text(entry, "PRIORITY"), out var priority) && priority is >= 0 and <= LeastGrave && message.Length > 0 && message[0] is not ((byte)'{' or (byte)' ' or (byte)'\t' or (byte)'<'))
        {
            message = [(byte)'<', (byte)('0' + priority), (byte)'>', .. message];
        }

        return new LineBatch($"{Text(entry, "_SYSTEMD_UNIT") ?? Text(entry, "UNIT")} {Text(entry, "_STREAM_ID") ?? Text(entry, "_PID")}", [message], cursor)
        {
            MarksAll = true,
            At = long.TryParse(Text(entry, "__REALTIME_TIMESTAMP"), out var microseconds) && microseconds is > 0 and < 4_000_000_000_000_000 ? DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds) : null,
        };
    }

    private static string? Text(JsonElement entry, string field) => entry.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => System.Text.Encoding.UTF8.GetBytes(value.GetString() ?? ""),
        JsonValueKind.Array when value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.Number => Numbers(value),
        JsonValueKind.Array when value.GetArrayLength() > 0 => Bytes(value[0]),
        _ => null,
    };

    private static byte[]? Numbers(JsonElement value)
    {
        var bytes = new byte[value.GetArrayLength()];
        var at = 0;
        foreach (var number in value.EnumerateArray())
        {
            if (!number.TryGetByte(out bytes[at++]))
            {
                return null;
            }
        }

        return bytes;
    }
}
