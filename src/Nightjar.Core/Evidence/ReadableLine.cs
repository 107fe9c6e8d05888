using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Nightjar.Core.Evidence;

/// <summary>
/// A JSON log line as people read one: a field a line, line breaks inside a field (a stack trace) as they were meant. Nothing is
/// left out; a line that is no JSON object comes back as it is.
/// </summary>
public static class ReadableLine
{
    /// <summary>Deeper objects are shown as JSON.</summary>
    private const int Deepest = 4;

    public static string Of(string line)
    {
        if (line is not ['{', ..])
        {
            return line;
        }

        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 32 });
            var text = new StringBuilder();
            Append(text, document.RootElement, "", 0);
            return text.ToString().TrimEnd('\n');
        }
        catch (JsonException)
        {
            // Cut or broken: the reader sees what was written.
            return line;
        }
    }

    private static void Append(StringBuilder text, JsonElement element, string prefix, int depth)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object && depth < Deepest)
            {
                Append(text, property.Value, $"{prefix}{property.Name}.", depth + 1);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"{prefix}{property.Name}: {Value(property.Value)}\n");
            }
        }
    }

    private static string Value(JsonElement value)
    {
        var says = value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : value.GetRawText();
        return says.Contains('\n', StringComparison.Ordinal) ? $"\n{says}" : says;
    }
}
