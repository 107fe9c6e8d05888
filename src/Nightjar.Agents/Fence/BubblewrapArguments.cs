namespace Nightjar.Agents.Fence;

/// <summary>The command line of bubblewrap: what is seen inside, and nothing else. Later binds lie over earlier ones.</summary>
internal static class BubblewrapArguments
{
    public static IEnumerable<string> For(FencedCommand command, Toolchain tools) =>
    [
        "--unshare-all", .. command.Network ? new[] { "--share-net" } : [],
        "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        .. FencedSystem.Folders.SelectMany(SystemFolder),
        .. FencedSystem.Etc(command.Network).SelectMany(p => ReadOnly(p, p)),

        // For a Nightjar that runs as root, settings of the whole machine lie in /proc/sys, and bubblewrap leaves them writable.
        "--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", FencedSystem.Home,
        .. tools.Folders.SelectMany(p => ReadOnly(p, p)),
        .. tools.Hidden.SelectMany(Hide),
        .. command.ReadOnly.SelectMany(p => ReadOnly(p, p)),
        command.IsReadOnly ? "--ro-bind" : "--bind", command.Folder, Inside(command),
        .. ReadOnly(Path.Join(command.Folder, ".git"), Path.Join(Inside(command), ".git")),
        .. command.Doors.SelectMany(d => new[] { "--ro-bind", d.Host, d.Inside }),
        "--remount-ro", "/", "--chdir", Inside(command), "--clearenv",
        .. FencedSystem.Variables(command, tools).SelectMany(v => new[] { "--setenv", v.Key, v.Value }),
        "--", .. FencedSystem.Limited(command),
    ];

    private static string Inside(FencedCommand command) => command.SeenAt ?? command.Folder;

    /// <summary>Where <c>/bin</c> is a link to <c>usr/bin</c>, it is one inside too.</summary>
    private static string[] SystemFolder(string path) =>
        new DirectoryInfo(path) is { Exists: true } folder
            ? folder.LinkTarget is { } target ? ["--symlink", target, path] : ReadOnly(path, path)
            : [];

    private static string[] ReadOnly(string source, string target) => ["--ro-bind-try", source, target];

    private static string[] Hide(string path) => Directory.Exists(path) ? ["--tmpfs", path] : ["--ro-bind", "/dev/null", path];
}
