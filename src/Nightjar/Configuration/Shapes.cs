using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nightjar.Core.Policy;

namespace Nightjar.Configuration;

/// <summary>The kinds of value that a key can take.</summary>
internal static class Shapes
{
    /// <summary>Characters of a text: far above any sensible path, command or URL.</summary>
    private const int LongestText = 2_000;

    public static Scalar<string> Text(string says, int longest = LongestText) => new(
        says,
        new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = longest },
        (text, _) => Bounded(text, longest) is { } fault ? new(null, fault) : new(text, null),
        text => text);

    /// <summary>A text that a commit's author line can hold.</summary>
    public static Scalar<string> Signature(string says, string pattern) => new(
        says,
        new JsonObject { ["type"] = "string", ["pattern"] = pattern },
        (text, _) => Bounded(text, LongestText) is { } fault ? new(null, fault)
            : Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking) ? new(text, null) : new(null, $"is not {says}"),
        text => text);

    /// <summary>A password, token or key; shown as stars.</summary>
    public static Scalar<Secret> SecretText() => new(
        "a secret, best as ${NAME}",
        new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = LongestText },
        (text, _) => Bounded(text, LongestText) is { } fault ? new(null, fault) : new(new Secret(text), null),
        _ => "***");

    /// <summary>A file with nothing but a secret in it; blanks around it do not count.</summary>
    public static Scalar<Secret> SecretFile() => new(
        "a file that holds the secret alone",
        new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = LongestText },
        (text, reading) => Bounded(text, LongestText) is { } fault ? new(null, fault)
            : text.Contains('\0', StringComparison.Ordinal) ? new(null, "has a NUL in it, which no path can have")
            : reading.FullPath(text) is { } full ? ReadSecret(full)
            : new(null, "begins with ~, but the environment has no HOME"),
        secret => secret.File ?? "");

    /// <summary>A path that is made absolute; <paramref name="isLocal"/> tells it from a URL that stays as it is.</summary>
    public static Scalar<string> FilePath(string says, Func<string, bool>? isLocal = null) => new(
        says,
        new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = LongestText },
        (text, reading) => Bounded(text, LongestText) is { } fault ? new(null, fault)
            : text.Contains('\0', StringComparison.Ordinal) ? new(null, "has a NUL in it, which no path can have")
            : isLocal?.Invoke(text) == false ? new(text, null)
            : reading.FullPath(text) is { } full ? new(full, null)
            : new(null, "begins with ~, but the environment has no HOME"),
        text => text);

    public static Scalar<double> Number(double least, double most) => new(
        string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"),
        new JsonObject { ["type"] = "number", ["minimum"] = least, ["maximum"] = most },
        (text, _) => !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? new(0, "is not a number")
            : number >= least && number <= most ? new(number, null)
            : new(0, string.Create(CultureInfo.InvariantCulture, $"is not between {least} and {most}")),
        number => number);

    public static Scalar<int> Whole(int least, int most) => new(
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
        new JsonObject { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most },
        (text, _) => !decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? new(0, "is not a whole number")
            : number >= least && number <= most ? new((int)number, null)
            : new(0, string.Create(CultureInfo.InvariantCulture, $"is not between {least} and {most}")),
        number => number);

    public static Scalar<bool> Switch() => new(
        "on or off",
        new JsonObject { ["enum"] = new JsonArray(true, false, "on", "off", "yes", "no") },
        (text, _) => text switch
        {
            "on" or "true" or "yes" => new(true, null),
            "off" or "false" or "no" => new(false, null),
            _ => new(false, "is neither on nor off"),
        },
        on => on ? "on" : "off");

    public static Scalar<TimeSpan> Duration(string least, string most) => new(
        $"a duration from {least} to {most}",
        new JsonObject { ["type"] = "string", ["pattern"] = Durations.Pattern },
        (text, _) => Durations.TryRead(text) switch
        {
            null when text.Length > 0 && text.All(char.IsAsciiDigit) => new(default, $"has no unit; write {Wording.Quote(text)}s, {Wording.Quote(text)}m or {Wording.Quote(text)}h"),
            null => new(default, "is not a duration; write it as 250ms, 90s, 10m, 1h30m or 30d"),
            { } span when span < Durations.TryRead(least) || span > Durations.TryRead(most) => new(default, $"is not between {least} and {most}"),
            { } span => new(span, null),
        },
        span => Durations.Write(span));

    public static Scalar<Uri> Url() => new(
        "an http or https URL",
        new JsonObject { ["type"] = "string", ["pattern"] = "^https?://" },
        (text, _) => Bounded(text, LongestText) is { } fault ? new(null, fault)
            : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 ? new(url, null)
            : new(null, "is not an http or https URL such as http://127.0.0.1:5000/health"),
        url => url.OriginalString);

    public static Scalar<IPEndPoint> Address() => new(
        "an address and port such as 127.0.0.1:7677",
        new JsonObject { ["type"] = "string", ["pattern"] = "^.+:[0-9]{1,5}$" },
        (text, _) => ReadAddress(text) is { } address ? new(address, null) : new(null, "is not an address and port such as 127.0.0.1:7677, localhost:7677 or [::1]:7677"),
        address => address.ToString());

    /// <summary>A regular expression, in the form that is matched in time linear in the text: outside text must not be able to stall it.</summary>
    public static Scalar<string> Pattern() => new(
        "a regular expression",
        new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = LongestText },
        (text, _) => Bounded(text, LongestText) is { } fault ? new(null, fault) : ReadPattern(text),
        text => text);

    /// <summary>One of a few words; <paramref name="aliases"/> are older ones that still work.</summary>
    public static Scalar<T> Choice<T>(IReadOnlyDictionary<string, T> words, IReadOnlyDictionary<string, T>? aliases = null)
        where T : struct
    {
        var all = words.Concat(aliases ?? new Dictionary<string, T>()).ToDictionary();
        return new(
            string.Join(", ", words.Keys.SkipLast(1)) + " or " + words.Keys.Last(),
            new JsonObject { ["enum"] = new JsonArray([.. all.Keys.Select(w => (JsonNode)w)]) },
            (text, _) => all.TryGetValue(text, out var value) ? new(value, null)
                : new(default, $"is none of {string.Join(", ", words.Keys)}{Wording.DidYouMean(text, all.Keys)}"),
            value => words.First(w => w.Value.Equals(value)).Key);
    }

    private static Parsed<Secret> ReadSecret(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var buffer = new char[LongestText + 1];
            var secret = new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
            return Bounded(secret, LongestText) is { } fault ? new(null, $"{fault}, which is no secret") : new(new Secret(secret, path), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(null, $"cannot be read: {e.Message}");
        }
    }

    private static string? Bounded(string text, int longest) =>
        string.IsNullOrWhiteSpace(text) ? "is empty" : text.Length > longest ? $"has {text.Length} characters; {longest} are allowed" : null;

    private static IPEndPoint? ReadAddress(string text)
    {
        // "7677" alone would be read as the address 0.0.29.253, and "::1" as one with port 0.
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || (text.Count(c => c == ':') > 1 && text[colon - 1] != ']'))
        {
            return null;
        }

        var host = text[..colon] == "localhost" ? "127.0.0.1" : text[..colon];
        return IPEndPoint.TryParse($"{host}{text[colon..]}", out var address) && text[^1] != ':' ? address : null;
    }

    private static Parsed<string> ReadPattern(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return new(text, null);
        }
        catch (ArgumentException e)
        {
            return new(null, $"is not a regular expression: {e.Message}");
        }
        catch (NotSupportedException)
        {
            return new(null, "looks ahead, looks behind or refers back, which is not matched in bounded time; write it without");
        }
    }
}
