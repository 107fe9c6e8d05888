namespace Nightjar.Agents.Fence;

/// <summary>The command line of bubblewrap: what is seen inside, and nothing else. Later binds lie over earlier ones.</summary>
internal static class BubblewrapArguments
{
    private const string Home = "/home/check";

    private static readonly string[] SystemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store"];

    /// <summary>No <c>shadow</c>, no private keys, no git or package settings (they may hold tokens).</summary>
    private static readonly string[] Etc =
    [
        "passwd", "group", "nsswitch.conf", "hosts", "protocols", "services", "localtime", "timezone", "os-release", "mime.types",
        "alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "pki/ca-trust",
        "ca-certificates", "ca-certificates.conf", "crypto-policies", "dotnet", "maven", "static",
    ];

    /// <summary>No core files; 4,096 processes stop a fork bomb, not a build. Memory is left alone: .NET reserves far more than it uses.</summary>
    /// <remarks>The time limit is for the moment in which Nightjar is killed before "die with the parent" is in place: nothing runs for ever.</remarks>
    private const string Limits =
        "ulimit -c 0; ulimit -p 4096 2>/dev/null || ulimit -u 4096 2>/dev/null; longest=$1; shift; command -v timeout >/dev/null && exec timeout --foreground -k 5 \"$longest\" \"$@\"; exec \"$@\"";

    /// <summary>After Nightjar's own limit, which tells what happened.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public static IEnumerable<string> For(FencedCommand command, Toolchain tools) =>
    [
        "--unshare-all", .. command.Network ? new[] { "--share-net" } : [],
        "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        .. SystemFolders.SelectMany(SystemFolder),
        .. EtcPaths(command.Network).SelectMany(p => ReadOnly(p, p)),

        // For a Nightjar that runs as root, settings of the whole machine lie in /proc/sys, and bubblewrap leaves them writable.
        "--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", Home,
        .. tools.Folders.SelectMany(p => ReadOnly(p, p)),
        .. tools.Hidden.SelectMany(Hide),
        .. command.ReadOnly.SelectMany(p => ReadOnly(p, p)),
        command.IsReadOnly ? "--ro-bind" : "--bind", command.Folder, Inside(command),
        .. ReadOnly(Path.Join(command.Folder, ".git"), Path.Join(Inside(command), ".git")),
        .. command.Doors.SelectMany(d => new[] { "--ro-bind", d.Host, d.Inside }),
        "--remount-ro", "/", "--chdir", Inside(command), "--clearenv",
        .. SmallEnvironment.For(tools, Home).SelectMany(v => new[] { "--setenv", v.Key, v.Value }),
        .. command.Variables.SelectMany(v => new[] { "--setenv", v.Name, v.Value }),
        "--", "/bin/sh", "-c", Limits, "sh", $"{(long)(command.Timeout + Grace).TotalSeconds}", .. command.Arguments,
    ];

    private static string Inside(FencedCommand command) => command.SeenAt ?? command.Folder;

    /// <summary>Where <c>/bin</c> is a link to <c>usr/bin</c>, it is one inside too.</summary>
    private static string[] SystemFolder(string path) =>
        new DirectoryInfo(path) is { Exists: true } folder
            ? folder.LinkTarget is { } target ? ["--symlink", target, path] : ReadOnly(path, path)
            : [];

    private static IEnumerable<string> EtcPaths(bool network)
    {
        string[] names = network ? [.. Etc, "resolv.conf"] : Etc;
        return names.Select(n => $"/etc/{n}").Concat(Directory.Exists("/etc") ? Directory.EnumerateDirectories("/etc", "java*") : []);
    }

    private static string[] ReadOnly(string source, string target) => ["--ro-bind-try", source, target];

    private static string[] Hide(string path) => Directory.Exists(path) ? ["--tmpfs", path] : ["--ro-bind", "/dev/null", path];
}
