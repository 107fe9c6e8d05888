namespace Nightjar.Agents.Fence;

/// <summary>What of this machine's own system is seen inside any fence, and what every fenced command is held to.</summary>
internal static class FencedSystem
{
    public const string Home = "/home/check";

    /// <summary>Processes at once: stops a fork bomb, not a build.</summary>
    public const int MostProcesses = 4096;

    public static readonly string[] Folders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store"];

    /// <summary>No <c>shadow</c>, no private keys, no git or package settings (they may hold tokens).</summary>
    private static readonly string[] EtcNames =
    [
        "passwd", "group", "nsswitch.conf", "hosts", "protocols", "services", "localtime", "timezone", "os-release", "mime.types",
        "alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "pki/ca-trust",
        "ca-certificates", "ca-certificates.conf", "crypto-policies", "dotnet", "maven", "static",
    ];

    /// <summary>No core files and a bound on processes. Memory is left alone: .NET reserves far more than it uses.</summary>
    /// <remarks>The time limit is for the moment in which Nightjar is killed and nobody is left to end what it started: nothing runs for ever.</remarks>
    private static readonly string Limits =
        $"ulimit -c 0; ulimit -p {MostProcesses} 2>/dev/null || ulimit -u {MostProcesses} 2>/dev/null; longest=$1; shift; command -v timeout >/dev/null && exec timeout --foreground -k 5 \"$longest\" \"$@\"; exec \"$@\"";

    /// <summary>After Nightjar's own limit, which tells what happened.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>Paths below <c>/etc</c>, there or not.</summary>
    public static IEnumerable<string> Etc(bool network)
    {
        string[] names = network ? [.. EtcNames, "resolv.conf"] : EtcNames;
        return names.Select(n => $"/etc/{n}").Concat(Directory.Exists("/etc") ? Directory.EnumerateDirectories("/etc", "java*") : []);
    }

    public static IEnumerable<KeyValuePair<string, string>> Variables(FencedCommand command, Toolchain tools) =>
        SmallEnvironment.For(tools, Home).Concat(command.Variables.Select(v => KeyValuePair.Create(v.Name, v.Value)));

    /// <summary>The command within its limits.</summary>
    public static IEnumerable<string> Limited(FencedCommand command) =>
        ["/bin/sh", "-c", Limits, "sh", $"{(long)(command.Timeout + Grace).TotalSeconds}", .. command.Arguments];
}
