using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Nightjar.Connectors.ClickHouse;

/// <summary>Reads a row; large whole numbers may be quoted in it, depending on the server's version.</summary>
internal static class Row
{
    /// <summary>Characters kept of a text: a long stack trace.</summary>
    private const int LongestText = 64 * 1024;

    /// <exception cref="SourceException">There is no such column, or its value is no count.</exception>
    public static long Count(JsonElement row, string column)
    {
        var text = row.TryGetProperty(column, out var value) ? value.ToString() : throw new SourceException($"the answer has no column {column}");
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= long.MaxValue
            ? (long)decimal.Round(number)
            : throw new SourceException($"the column {column} holds {SourceHttp.Line(text)}, which is no count");
    }

    /// <summary>Milliseconds since 1970.</summary>
    public static DateTimeOffset Moment(JsonElement row, string column) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(Count(row, column), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    /// <summary>Empty where there is no such column.</summary>
    public static string Text(JsonElement row, string column) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(column, out var value) && value.ValueKind != JsonValueKind.Null ? Cut(value.ToString()) : "";

    public static ImmutableArray<string> Texts(JsonElement row, string column) =>
        row.TryGetProperty(column, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(v => Cut(v.ToString())).Where(t => t.Length > 0)]
            : Text(row, column) is { Length: > 0 } one ? [one] : [];

    private static string Cut(string text) => text.Length > LongestText ? text[..LongestText] : text;
}
