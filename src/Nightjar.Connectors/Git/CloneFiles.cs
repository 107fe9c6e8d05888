using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>Writing and deleting below a folder that others may have filled: links are never followed.</summary>
internal static class CloneFiles
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <exception cref="RepositoryException">The path leads out of the tree, or into git's own files.</exception>
    public static async Task WriteAsync(string tree, string path, string text, CancellationToken cancellationToken)
    {
        var parts = path.Split('/');
        if (path.Any(char.IsControl) || path.Contains('\\', StringComparison.Ordinal)
            || parts.Any(p => p is "" or "." or ".." || p.TrimEnd(' ', '.').Equals(".git", StringComparison.OrdinalIgnoreCase)))
        {
            throw new RepositoryException($"\"{Names.Plain(path)}\" is not a path below the repository.");
        }

        var full = tree;
        foreach (var part in parts)
        {
            full = Path.Combine(full, part);
            if (new FileInfo(full).LinkTarget is not null)
            {
                throw new RepositoryException($"\"{Names.Plain(path)}\" leads over a symbolic link: it was not written.");
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full) ?? tree);
        await File.WriteAllTextAsync(full, text, cancellationToken);
    }

    /// <summary>Bytes of a file; null when there is none, or a link.</summary>
    public static long? SizeOf(string tree, string path) =>
        new FileInfo(Path.Combine(tree, path)) is { Exists: true, LinkTarget: null } file ? file.Length : null;

    /// <summary>Takes away every <c>.git</c> below the tree's own.</summary>
    public static void DropNestedRepositories(string tree)
    {
        foreach (var folder in Directory.EnumerateDirectories(tree, "*", Everything).Prepend(tree).ToList())
        {
            var nested = new FileInfo(Path.Combine(folder, ".git"));
            if (nested.LinkTarget is not null || (nested.Exists && folder != tree))
            {
                nested.Delete();
            }
            else if (Directory.Exists(nested.FullName))
            {
                Delete(nested.FullName);
            }
        }
    }

    public static void Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            // What ran in it may have taken away our right to delete; the folder is still ours to mend.
            foreach (var child in Directory.EnumerateDirectories(folder, "*", Everything).Prepend(folder))
            {
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(child, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }
            }

            Directory.Delete(folder, recursive: true);
        }
    }
}
