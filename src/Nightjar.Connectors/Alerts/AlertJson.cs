using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Alerts;

/// <summary>Bounded reading of alerts' JSON.</summary>
internal static class AlertJson
{
    /// <summary>Alerts taken of one delivery; a group that large is one problem anyway.</summary>
    public const int MostAlerts = 500;

    private const int MostLabels = 64;

    private const int LongestLabel = 300;

    private const int LongestMessage = 2_000;

    /// <summary>Empty when it is absent or no text.</summary>
    public static string Text(JsonElement json, string name, int longest = LongestLabel) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? Cut(value.ToString(), longest)
            : "";

    public static JsonElement Part(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    public static ImmutableDictionary<string, string> Labels(JsonElement json) =>
        json.ValueKind != JsonValueKind.Object ? ImmutableDictionary<string, string>.Empty
            : json.EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number).Take(MostLabels)
                .DistinctBy(p => p.Name).ToImmutableDictionary(p => Cut(p.Name, LongestLabel), p => Cut(p.Value.ToString(), LongestLabel));

    /// <summary>The first that says something.</summary>
    public static string Message(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Text(json, name, LongestMessage) is { Length: > 0 } said)
            {
                return said;
            }
        }

        return "";
    }

    /// <summary>Null when it is absent, unreadable, or the zero time that Go writes for "not yet".</summary>
    public static DateTimeOffset? Moment(JsonElement json, string name) =>
        DateTimeOffset.TryParse(Text(json, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at.Year > 1970 ? at.ToUniversalTime() : null;

    public static Severity Severity(string word) => word.ToLowerInvariant() switch
    {
        "critical" or "crit" or "page" or "emergency" or "fatal" or "error" or "high" or "p1" or "sev1" => Core.Signals.Severity.Critical,
        "info" or "none" or "low" or "notice" => Core.Signals.Severity.Info,
        _ => Core.Signals.Severity.Warning,
    };

    /// <summary>Where the sender names no instance: the labels are one.</summary>
    public static string Hash(ImmutableDictionary<string, string> labels) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")))).AsSpan(0, 8));

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
}
