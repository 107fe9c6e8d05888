using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nightjar.Web.Silences;

/// <summary>A silence as somebody asks for it, checked.</summary>
internal sealed partial record SilenceWish(string? Service, string? Hash, TimeSpan For, string Why)
{
    /// <summary>A longer one is forgotten, and hides what it should not.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private const int LongestText = 300;

    public static readonly ImmutableArray<(int Minutes, string Name)> Choices = [(30, "30 minutes"), (60, "1 hour"), (240, "4 hours"), (1_440, "1 day"), (10_080, "1 week")];

    /// <summary>The wish, or what is wrong with it.</summary>
    public static (SilenceWish? Wish, string? Fault) Of(string? service, string? hash, double? minutes, string? why)
    {
        service = Clean(service);
        hash = Clean(hash);
        var fault = (service, hash, minutes) switch
        {
            (null, null, _) => "Name a service, a fingerprint or both; a silence of everything is what pause is for.",
            ({ Length: > LongestText }, _, _) => "That is no service's name.",
            (_, { } h, _) when !Hex8().IsMatch(h) => "A fingerprint has eight hexadecimal digits.",
            (_, _, null or <= 0 or double.NaN) => "Say for how many minutes.",
            (_, _, { } m) when m > Longest.TotalMinutes => string.Create(CultureInfo.InvariantCulture, $"A silence lasts {Longest.TotalDays:0} days at most."),
            _ => null,
        };
        return fault is null
            ? (new SilenceWish(service, hash, TimeSpan.FromMinutes(minutes.GetValueOrDefault()), Clean(why) is { } text ? text[..Math.Min(text.Length, LongestText)] : ""), null)
            : (null, fault);
    }

    /// <summary>For the journal.</summary>
    public string Says(DateTimeOffset until) => $"signals of {Service ?? "every service"}{(Hash is null ? "" : $", fingerprint {Hash}")} only count until {until:u}: {(Why.Length > 0 ? Why : "no reason given")}";

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    [GeneratedRegex("^[0-9a-f]{8}$", RegexOptions.CultureInvariant)]
    private static partial Regex Hex8();
}
