using System.Globalization;
using System.Text.Json;
using Nightjar.Core.Services;

namespace Nightjar.Connectors;

/// <summary>How old the time is that a JSON answer holds. What cannot be told is a fault: it is never taken for fresh.</summary>
internal static class AnswerAge
{
    private const int LongestShown = 60;

    /// <summary>Clocks of two machines that are kept right differ by less.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    /// <summary>From here on a number counts milliseconds: as seconds it would be the year 5138.</summary>
    private const double LeastMilliseconds = 1e11;

    private const double MostMilliseconds = 2.5e14;

    /// <summary>What is wrong; null when it is fresh.</summary>
    public static string? Fault(string body, Freshness wanted, DateTimeOffset now)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64, AllowTrailingCommas = true });
            if (Find(json.RootElement, wanted.Field) is not { } value)
            {
                return $"the answer has no field {wanted.Field}";
            }

            if (TimeOf(value) is not { } time)
            {
                var shown = value.GetRawText();
                return $"{wanted.Field} is no time: {new string([.. shown.Take(LongestShown).Select(c => char.IsControl(c) ? ' ' : c)])}";
            }

            var age = now - time;
            return age > wanted.MaxAge ? $"{wanted.Field} is {Shown(age)} old, more than {Shown(wanted.MaxAge)}"
                : age < -Ahead ? $"{wanted.Field} lies {Shown(-age)} in the future"
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"the answer is no JSON, or is cut: {wanted.Field} cannot be read";
        }
    }

    private static JsonElement? Find(JsonElement at, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var inner))
            {
                at = inner;
            }
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }

    private static DateTimeOffset? TimeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
            : double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Since1970(number) : null,
        JsonValueKind.Number => value.TryGetDouble(out var seconds) ? Since1970(seconds) : null,
        _ => null,
    };

    private static DateTimeOffset? Since1970(double number)
    {
        var milliseconds = number < LeastMilliseconds ? number * 1_000 : number;
        return milliseconds is > 0 and < MostMilliseconds ? DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds) : null;
    }

    private static string Shown(TimeSpan span) => span.TotalDays >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#} days")
        : span.TotalHours >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} hours")
        : span.TotalMinutes >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} seconds");
}
