using System.IO.Enumeration;
using Nightjar.Core.Services;

namespace Nightjar.Configuration;

/// <summary>Whether the log globs of a service match something that can be read.</summary>
internal static class LogFiles
{
    /// <summary>Entries of a tree that are looked at for one glob; a check must not read a whole disk.</summary>
    private const int MostEntries = 20_000;

    public static IEnumerable<CheckLine> Check(Service service, bool hasSources)
    {
        if (!service.HasLogs && service.Probes.IsEmpty && !hasSources)
        {
            yield return CheckLine.Warn($"{service.Name}", "has neither logs nor health nor containers, and there are no sources: nothing is watched", "Give it logs:, journal:, health: or containers:, or name a source");
        }

        foreach (var glob in service.Logs)
        {
            yield return Check($"{service.Name}: logs", glob);
        }
    }

    private static CheckLine Check(string what, string glob)
    {
        var files = Matches(glob).Take(1_000).ToList();
        if (files.Count == 0)
        {
            var folder = FixedPart(glob);
            return Directory.Exists(folder)
                ? CheckLine.Warn(what, $"nothing matches {Wording.Quote(glob)} yet", "Nightjar waits for it; correct the glob if the files are elsewhere")
                : CheckLine.Warn(what, $"there is no folder {Wording.Quote(folder)} yet, or this user may not see it", "Nightjar waits for it; correct the glob if the files are elsewhere");
        }

        var unread = files.Where(f => !CanRead(f)).ToList();
        return unread.Count == 0
            ? CheckLine.Ok(what, $"{files.Count} {(files.Count == 1 ? "file matches" : "files match")} {Wording.Quote(glob)}")
            : CheckLine.Warn(what, $"{unread.Count} of {files.Count} files may not be read by this user, the first is {Wording.Quote(unread[0])}", "Give the user of Nightjar read permission (on most systems: add it to the group adm)");
    }

    /// <summary>Files whose path matches: <c>*</c> and <c>?</c> within a name, <c>**</c> for any folders.</summary>
    private static IEnumerable<string> Matches(string glob)
    {
        if (!glob.AsSpan().ContainsAny('*', '?'))
        {
            return File.Exists(glob) ? [glob] : [];
        }

        var root = FixedPart(glob);
        var names = Path.GetRelativePath(root, glob).Split('/');
        var depth = names.Contains("**") ? 12 : names.Length - 1;
        var options = new EnumerationOptions { IgnoreInaccessible = true, RecurseSubdirectories = depth > 0, MaxRecursionDepth = depth, AttributesToSkip = FileAttributes.None };
        return Directory.Exists(root)
            ? Directory.EnumerateFiles(root, "*", options).Take(MostEntries).Where(f => IsMatch(names, Path.GetRelativePath(root, f).Split('/')))
            : [];
    }

    private static bool IsMatch(ReadOnlySpan<string> globs, ReadOnlySpan<string> names)
    {
        if (globs.IsEmpty)
        {
            return names.IsEmpty;
        }

        if (globs[0] == "**")
        {
            return IsMatch(globs[1..], names) || (!names.IsEmpty && IsMatch(globs, names[1..]));
        }

        return !names.IsEmpty && FileSystemName.MatchesSimpleExpression(globs[0].Replace("\\", "\\\\", StringComparison.Ordinal), names[0], ignoreCase: false) && IsMatch(globs[1..], names[1..]);
    }

    /// <summary>The folders before the first one with a wildcard.</summary>
    private static string FixedPart(string glob)
    {
        var wild = glob.AsSpan().IndexOfAny('*', '?');
        var last = (wild < 0 ? glob : glob[..wild]).LastIndexOf('/');
        return last <= 0 ? "/" : glob[..last];
    }

    private static bool CanRead(string file)
    {
        try
        {
            File.Open(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete).Dispose();
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
