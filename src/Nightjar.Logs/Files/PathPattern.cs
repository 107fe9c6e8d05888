using System.Text;
using System.Text.RegularExpressions;

namespace Nightjar.Logs.Files;

/// <summary>A glob of log files: <c>*</c> and <c>?</c> within a name, <c>**</c> over directories.</summary>
internal sealed class PathPattern
{
    /// <summary>Files of one glob that are followed; more is a mistake in the glob, and each costs a handle.</summary>
    public const int MostFiles = 512;

    /// <summary>Entries looked at in one search: a glob over a whole disk must not keep us from following.</summary>
    private const int MostEntries = 50_000;

    private static readonly EnumerationOptions Flat = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    private static readonly EnumerationOptions Deep = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint, RecurseSubdirectories = true, MaxRecursionDepth = 16 };

    private readonly Regex? expression;

    public PathPattern(string glob)
    {
        Glob = glob;
        var full = Path.GetFullPath(glob);
        var wild = full.AsSpan().IndexOfAny('*', '?');
        Root = wild < 0 ? Path.GetDirectoryName(full) ?? "/" : Directory(full, wild);
        Plain = wild < 0 ? full : null;
        expression = wild < 0 ? null : new Regex(Expression(full), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    public string Glob { get; }

    /// <summary>The directory above the first wildcard.</summary>
    public string Root { get; }

    /// <summary>The one path that it means; null for a glob with wildcards.</summary>
    public string? Plain { get; }

    /// <summary>The files that match now, in the order of their names. A plain path always counts, there or not.</summary>
    public IReadOnlyList<string> Find()
    {
        if (Plain is not null)
        {
            return [Plain];
        }

        if (!System.IO.Directory.Exists(Root))
        {
            return [];
        }

        var options = Glob.Contains("**", StringComparison.Ordinal) || Path.GetDirectoryName(Path.GetFullPath(Glob)) != Root ? Deep : Flat;
        return [.. System.IO.Directory.EnumerateFiles(Root, "*", options)
            .Take(MostEntries)
            .Where(IsMatch)
            .Order(StringComparer.Ordinal)
            .Take(MostFiles)];
    }

    private bool IsMatch(string path) => expression?.IsMatch(path) ?? path == Plain;

    private static string Directory(string full, int wild)
    {
        var slash = full.LastIndexOf(Path.DirectorySeparatorChar, wild);
        return slash <= 0 ? Path.GetPathRoot(full) ?? "/" : full[..slash];
    }

    private static string Expression(string full)
    {
        var pattern = new StringBuilder("^");
        for (var i = 0; i < full.Length; i++)
        {
            if (full.AsSpan(i).StartsWith("**/"))
            {
                pattern.Append("(?:.*/)?");
                i += 2;
            }
            else if (full.AsSpan(i).StartsWith("**"))
            {
                pattern.Append(".*");
                i++;
            }
            else
            {
                pattern.Append(full[i] switch { '*' => "[^/]*", '?' => "[^/]", var c => Regex.Escape(c.ToString()) });
            }
        }

        return pattern.Append('$').ToString();
    }
}
