namespace Nightjar.Init;

/// <summary>Reads where a folder's git repository is and which branches it has, from git's own files; no program is run.</summary>
internal static class GitFacts
{
    /// <summary>Characters of a file of git that are read: a packed-refs file may hold many branches.</summary>
    private const int Longest = 1_000_000;

    public static FoundRepository? Find(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (GitFolder(at) is { } git && SmallFile.Read(Path.Join(git, "HEAD"), Longest) is { } head)
            {
                var shared = SmallFile.Read(Path.Join(git, "commondir"), Longest) is { } common ? Path.GetFullPath(common.Trim(), git) : git;
                var current = head.StartsWith("ref: refs/heads/", StringComparison.Ordinal) ? head["ref: refs/heads/".Length..].TrimEnd() : null;
                return new FoundRepository(at, BaseBranch(shared) ?? current ?? "main", current);
            }
        }

        return null;
    }

    private static string? GitFolder(string folder)
    {
        var git = Path.Join(folder, ".git");
        if (Directory.Exists(git))
        {
            return git;
        }

        if (SmallFile.Read(git, Longest) is { } pointer)
        {
            return pointer.StartsWith("gitdir: ", StringComparison.Ordinal) ? Path.GetFullPath(pointer["gitdir: ".Length..].Trim(), folder) : null;
        }

        var isBare = File.Exists(Path.Join(folder, "HEAD")) && Directory.Exists(Path.Join(folder, "refs")) && Directory.Exists(Path.Join(folder, "objects"));
        return isBare ? folder : null;
    }

    private static string? BaseBranch(string git)
    {
        const string origin = "ref: refs/remotes/origin/";
        if (SmallFile.Read(Path.Join(git, "refs/remotes/origin/HEAD"), Longest) is { } remote && remote.StartsWith(origin, StringComparison.Ordinal))
        {
            return remote[origin.Length..].TrimEnd();
        }

        var packed = SmallFile.Read(Path.Join(git, "packed-refs"), Longest)?.Split('\n') ?? [];
        return Array.Find(["main", "master", "trunk"], name => File.Exists(Path.Join(git, "refs/heads", name)) || packed.Any(l => l.EndsWith($" refs/heads/{name}", StringComparison.Ordinal)));
    }
}
