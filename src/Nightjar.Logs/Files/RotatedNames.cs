namespace Nightjar.Logs.Files;

/// <summary>
/// The names under which a log may live on after rotation: <c>app.log.1</c>, <c>app.log-20261120</c>, <c>app.2026-11-20.log</c>.
/// Compressed ones cannot be read on from an offset.
/// </summary>
internal static class RotatedNames
{
    /// <summary>Siblings looked at; a directory of more rotated files keeps them longer than anything unread in them matters.</summary>
    private const int MostSiblings = 200;

    private static readonly EnumerationOptions Forgiving = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    private static readonly string[] Compressed = [".gz", ".bz2", ".zst", ".xz", ".zip", ".lz4"];

    /// <summary>Files beside the log that may be rotated ones of it, the oldest first.</summary>
    public static IReadOnlyList<FileInfo> Siblings(string path)
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(path) ?? "/");
        if (!directory.Exists)
        {
            return [];
        }

        var name = Path.GetFileName(path);
        return [.. directory.EnumerateFiles("*", Forgiving)
            .Where(f => IsRotationOf(name, f.Name))
            .OrderByDescending(f => f.LastWriteTimeUtc)
            .Take(MostSiblings)
            .OrderBy(f => f.LastWriteTimeUtc)
            .ThenByDescending(f => f.Name.Length)
            .ThenByDescending(f => f.Name, StringComparer.Ordinal)];
    }

    public static bool IsRotationOf(string name, string candidate)
    {
        if (candidate.Length <= name.Length || Compressed.Any(end => candidate.EndsWith(end, StringComparison.Ordinal)))
        {
            return false;
        }

        if (candidate.StartsWith(name, StringComparison.Ordinal))
        {
            return candidate[name.Length] is '.' or '-' or '_';
        }

        var extension = Path.GetExtension(name);
        var stem = name[..^extension.Length];
        if (stem.Length == 0 || !candidate.StartsWith(stem, StringComparison.Ordinal) || !candidate.EndsWith(extension, StringComparison.Ordinal))
        {
            return false;
        }

        // Between stem and extension only a number or a date: app-worker.log is somebody else's.
        var middle = candidate.AsSpan(stem.Length, candidate.Length - stem.Length - extension.Length);
        return middle.Length > 1 && middle[0] is '.' or '-' or '_' && !middle.ContainsAnyExcept("0123456789.-_T");
    }
}
