namespace Nightjar.Agents.Fence;

/// <summary>
/// The command line of <c>docker run</c> (or <c>podman run</c>): an empty image with this machine's own system laid over it, read-only, and the same
/// view as in <see cref="BubblewrapArguments"/>.
/// </summary>
internal static class ContainerArguments
{
    /// <param name="name">Of the container, by which it is killed.</param>
    /// <param name="user"><c>uid:gid</c> inside.</param>
    public static IEnumerable<string> For(FencedCommand command, Toolchain tools, string image, string name, string user) =>
    [
        "run", "--rm", "--interactive", "--pull", "never", "--name", name, "--user", user,
        "--network", command.Network ? "host" : "none",
        "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",

        // Where SELinux labels files, a container would not see its own folder without this; to label the folder anew would change it.
        "--security-opt", "label=disable",
        "--pids-limit", $"{FencedSystem.MostProcesses}", "--ulimit", "core=0",
        .. Empty("/tmp"), .. Empty("/var/tmp"), .. Empty(FencedSystem.Home),
        .. FencedSystem.Folders.Concat(FencedSystem.Etc(command.Network)).Concat(tools.Folders).Concat(command.ReadOnly).Distinct().SelectMany(p => Bind(p, p)),
        .. tools.Hidden.SelectMany(Hide),
        .. Bind(command.Folder, Inside(command), command.IsReadOnly),
        .. Bind(Path.Join(command.Folder, ".git"), Path.Join(Inside(command), ".git")),
        .. command.Doors.SelectMany(d => Bind(d.Host, d.Inside)),
        "--workdir", Inside(command), image,

        // The engine adds variables of its own (the proxies of its user's settings among them): away with all of them.
        "/usr/bin/env", "--ignore-environment",
        .. FencedSystem.Variables(command, tools).Select(v => $"{v.Key}={v.Value}"),
        .. FencedSystem.Limited(command),
    ];

    private static string Inside(FencedCommand command) => command.SeenAt ?? command.Folder;

    private static string[] Empty(string path) => ["--tmpfs", $"{path}:rw,exec,nosuid,nodev,mode=1777"];

    /// <summary>An engine may make what does not exist; what is not there is left out.</summary>
    private static string[] Bind(string source, string target, bool isReadOnly = true) =>
        Path.Exists(source) ? ["--mount", string.Join(',', ["type=bind", Field("src", source), Field("dst", target), .. isReadOnly ? new[] { "readonly" } : []])] : [];

    private static string[] Hide(string path) => Directory.Exists(path) ? ["--mount", $"type=tmpfs,{Field("dst", path)}"] : Bind("/dev/null", path);

    /// <summary>Fields are separated as in a line of CSV.</summary>
    private static string Field(string key, string path) =>
        path.AsSpan().IndexOfAny(',', '"') < 0 ? $"{key}={path}" : $"\"{key}={path.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
