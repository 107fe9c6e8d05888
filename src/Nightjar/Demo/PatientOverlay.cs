using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Nightjar.Demo;

/// <summary>One commit of the shop as it is kept: <c>commit.json</c>, and the files it adds or changes under <c>tree/</c>.</summary>
internal sealed partial record PatientOverlay(string Folder, string AuthorName, string AuthorEmail, TimeSpan Age, string Message)
{
    private static readonly JsonSerializerOptions Strict =
        new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Paths that the commit takes away.</summary>
    public ImmutableArray<string> Deleted { get; init; } = [];

    public string Subject => Message.Split('\n')[0];

    /// <summary>The overlays that make up the history of one patient, oldest first.</summary>
    /// <exception cref="PatientException">There are none, or one of them is not as it should be; the message names it.</exception>
    public static ImmutableArray<PatientOverlay> ReadAll(string sample, Patient patient)
    {
        var history = Path.Combine(sample, "history");
        if (!Directory.Exists(history))
        {
            throw new PatientException($"The demo's patient is missing: there is no {history}. Run the demo from a clone of Nightjar, or set NIGHTJAR_HOME to one.");
        }

        var overlays = Directory.EnumerateDirectories(history).Order(StringComparer.Ordinal)
            .Select(folder => Read(folder, patient)).OfType<PatientOverlay>().ToImmutableArray();
        return overlays.IsEmpty ? throw new PatientException($"The demo's patient is empty: {history} holds no commit") : overlays;
    }

    /// <summary>Who and when, as git wants to be told.</summary>
    public Dictionary<string, string> Identity(string date) => new()
    {
        ["GIT_AUTHOR_NAME"] = AuthorName,
        ["GIT_AUTHOR_EMAIL"] = AuthorEmail,
        ["GIT_AUTHOR_DATE"] = date,
        ["GIT_COMMITTER_NAME"] = AuthorName,
        ["GIT_COMMITTER_EMAIL"] = AuthorEmail,
        ["GIT_COMMITTER_DATE"] = date,
    };

    public void CopyTo(string target)
    {
        var tree = Path.Combine(Folder, "tree");
        if (!Directory.Exists(tree))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(tree, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy) ?? target);
            File.Copy(file, copy, overwrite: true);
        }
    }

    private static PatientOverlay? Read(string folder, Patient patient)
    {
        var path = Path.Combine(folder, "commit.json");
        try
        {
            var kept = JsonSerializer.Deserialize<Kept>(File.ReadAllText(path), Strict) ?? throw new FormatException("it is empty");
            var author = AuthorForm().Match(kept.Author);
            if (!author.Success)
            {
                throw new FormatException($"\"{kept.Author}\" is not \"name <email>\"");
            }

            return kept.Only is { Length: > 0 } only && !only.Contains(patient.Name)
                ? null
                : new PatientOverlay(folder, author.Groups["name"].Value, author.Groups["email"].Value, AgeOf(kept.Age), kept.Message)
                {
                    Deleted = [.. kept.Delete ?? []],
                };
        }
        catch (Exception error) when (error is IOException or JsonException or FormatException)
        {
            throw new PatientException($"{path} cannot be used: {error.Message}", error);
        }
    }

    private static TimeSpan AgeOf(string age)
    {
        var match = AgeForm().Match(age);
        var amount = match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return match.Groups[2].Value switch
        {
            "m" => TimeSpan.FromMinutes(amount),
            "h" => TimeSpan.FromHours(amount),
            "d" => TimeSpan.FromDays(amount),
            _ => throw new FormatException($"\"{age}\" is not an age such as 40m, 3h or 21d"),
        };
    }

    [GeneratedRegex(@"^([0-9]{1,4})([mhd])$", RegexOptions.CultureInvariant)]
    private static partial Regex AgeForm();

    [GeneratedRegex("^(?<name>[^<>\n]+) <(?<email>[^<>\\s]+)>$", RegexOptions.CultureInvariant)]
    private static partial Regex AuthorForm();

    private sealed record Kept
    {
        public required string Author { get; init; }

        public required string Age { get; init; }

        public required string Message { get; init; }

        public string[]? Only { get; init; }

        public string[]? Delete { get; init; }
    }
}
