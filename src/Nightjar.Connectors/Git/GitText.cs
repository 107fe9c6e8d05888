using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>Reads what git prints for programs. Names in it may hold anything but NUL, so only NUL parts them.</summary>
internal static partial class GitText
{
    /// <summary>Each commit begins with a byte that cannot begin a count of lines; its fields end in NUL.</summary>
    public const string LogFormat = "--format=%x01%H%x00%at%x00%an%x00%s";

    /// <summary>The output of <c>log -z --numstat</c> in <see cref="LogFormat"/>.</summary>
    public static ImmutableArray<CommitFacts> Log(string text)
    {
        var commits = ImmutableArray.CreateBuilder<CommitFacts>();
        var fields = text.Split('\0');
        for (var i = 0; i + 3 < fields.Length && fields[i].StartsWith('\x01');)
        {
            var (sha, at, author, subject) = (fields[i][1..], fields[i + 1], fields[i + 2], fields[i + 3]);
            i += 4;
            var files = Numstat(fields, ref i);
            var seconds = long.TryParse(at, CultureInfo.InvariantCulture, out var number) ? number : 0;
            commits.Add(new CommitFacts(sha, author, Moment(seconds), subject.TrimEnd('\n'), files));
        }

        return commits.DrainToImmutable();
    }

    /// <summary>The output of <c>diff -z --numstat</c>.</summary>
    public static ImmutableArray<FileChange> Numstat(string text)
    {
        var i = 0;
        return Numstat(text.Split('\0'), ref i);
    }

    private static ImmutableArray<FileChange> Numstat(string[] fields, ref int i)
    {
        var files = ImmutableArray.CreateBuilder<FileChange>();
        while (i < fields.Length && Count().Match(fields[i]) is { Success: true } match)
        {
            var path = fields[i][match.Length..];
            i++;
            if (path.Length == 0 && i + 1 < fields.Length)
            {
                // A rename: the old and the new name follow on their own.
                path = fields[i + 1];
                i += 2;
            }

            files.Add(new FileChange(path, Lines(match.Groups[1].Value), Lines(match.Groups[2].Value)) { IsBinary = match.Groups[1].Value == "-" });
        }

        return files.DrainToImmutable();
    }

    /// <summary>The output of <c>blame --porcelain</c>.</summary>
    public static ImmutableArray<BlameLine> Blame(string text)
    {
        var lines = ImmutableArray.CreateBuilder<BlameLine>();
        (string Sha, int Line)? current = null;
        foreach (var line in text.Split('\n'))
        {
            if (current is { } at && line.StartsWith('\t'))
            {
                lines.Add(new BlameLine(at.Line, at.Sha, line[1..].TrimEnd('\r')));
                current = null;
            }
            else if (current is null && Blamed().Match(line) is { Success: true } match)
            {
                current = (match.Groups[1].Value, int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
            }
        }

        return lines.DrainToImmutable();
    }

    /// <summary>The output of <c>ls-tree -r -z</c>: the regular files, by path.</summary>
    public static IEnumerable<(string Path, string Blob)> Tree(string text) =>
        from entry in text.Split('\0', StringSplitOptions.RemoveEmptyEntries)
        let tab = entry.IndexOf('\t', StringComparison.Ordinal)
        where tab > 0 && entry.StartsWith("100", StringComparison.Ordinal)
        select (entry[(tab + 1)..], entry[..tab].Split(' ')[2]);

    /// <summary>A commit can claim any second at all.</summary>
    private static DateTimeOffset Moment(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    private static int Lines(string count) => int.TryParse(count, CultureInfo.InvariantCulture, out var lines) ? lines : 0;

    [GeneratedRegex(@"\A\n?(\d+|-)\t(\d+|-)\t", RegexOptions.CultureInvariant)]
    private static partial Regex Count();

    [GeneratedRegex(@"\A([0-9a-f]{40,64}) \d{1,9} (\d{1,9})(?: \d+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Blamed();
}
