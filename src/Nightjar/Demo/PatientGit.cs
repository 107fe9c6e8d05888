using System.Collections.Immutable;

namespace Nightjar.Demo;

/// <summary>git, deaf to the configuration, hooks and helpers of whoever runs the demo.</summary>
internal static class PatientGit
{
    public static readonly ImmutableDictionary<string, string> Variables = new Dictionary<string, string>
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_ATTR_NOSYSTEM"] = "1",
        ["LC_ALL"] = "C",
    }.ToImmutableDictionary();

    private static readonly ImmutableArray<string> Settings =
    [
        "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "core.fsmonitor=false",
        "-c", "commit.gpgSign=false", "-c", "gc.auto=0", "-c", "advice.detachedHead=false",
    ];

    public static PatientCommand In(string folder, ImmutableArray<string> arguments) =>
        new("git", folder, [.. Settings, .. arguments]) { Variables = Variables };
}
