using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>Reads fields of an object as the API server prints it. What is absent, or of another shape than documented, is empty: one odd object must not hide the others.</summary>
internal static class Fields
{
    /// <summary>Characters of a message that are kept.</summary>
    private const int LongestText = 2_000;

    private const int MostEntries = 100;

    private const int MostNames = 2_000;

    public static JsonElement At(this JsonElement from, string name) => from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value : default;

    public static string Text(this JsonElement from, string name)
    {
        var value = from.At(name);
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() ?? "",
            JsonValueKind.Number => value.GetRawText(),
            _ => "",
        };
        return text.Length <= LongestText ? text : text[..LongestText];
    }

    public static bool Flag(this JsonElement from, string name) => from.At(name).ValueKind == JsonValueKind.True;

    public static int Whole(this JsonElement from, string name, int otherwise = 0) => from.At(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var whole) ? whole : otherwise;

    public static long Long(this JsonElement from, string name) => from.At(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var whole) ? whole : 0;

    /// <summary>RFC 3339, with or without parts of a second.</summary>
    public static DateTimeOffset? Moment(this JsonElement from, string name) =>
        DateTimeOffset.TryParse(from.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;

    public static IEnumerable<JsonElement> Items(this JsonElement from, string name) =>
        from.At(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();

    public static ImmutableArray<string> Texts(this JsonElement from, string name) =>
        [.. from.Items(name).Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString() ?? "").Take(MostEntries)];

    /// <summary>The names of an object's fields; their values are not looked at.</summary>
    public static IEnumerable<string> Names(this JsonElement from, string name) =>
        from.At(name) is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject().Select(e => e.Name).Take(MostNames) : [];

    public static ImmutableDictionary<string, string> Map(this JsonElement from, string name, Func<string, bool>? wanted = null)
    {
        if (from.At(name) is not { ValueKind: JsonValueKind.Object } map)
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        var found = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.EnumerateObject().Where(e => wanted is null || wanted(e.Name)).Take(MostEntries))
        {
            found[entry.Name] = map.Text(entry.Name);
        }

        return found.ToImmutable();
    }
}
