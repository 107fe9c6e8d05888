namespace Nightjar.Agents.Fence;

/// <summary>Turns what bubblewrap prints when it cannot build its namespaces into what a person can do about it.</summary>
internal static class BubblewrapRefusal
{
    private static readonly (string Says, string Means)[] Known =
    [
        ("loopback", "the network namespace may not be set up here (AppArmor on Ubuntu 23.10 and later does that): " + Allow),
        ("uid map", "user namespaces are restricted here: " + Allow),
        ("namespace", "namespaces are not permitted here: " + Allow),
        ("mount proc", "a private /proc may not be mounted here, as in most containers: start the container with --security-opt systempaths=unconfined, or run Nightjar outside of it"),
        ("clone3", "the container's seccomp profile forbids it: start the container with --security-opt seccomp=unconfined"),
    ];

    private const string Allow =
        "set sysctl kernel.unprivileged_userns_clone=1 (Debian) or kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), or in a container allow it with --security-opt seccomp=unconfined";

    public static string Explain(FencedRun run)
    {
        if (run.TimedOut)
        {
            return "bubblewrap did not answer in time";
        }

        var line = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first : $"exit code {run.ExitCode}";
        var known = Array.Find(Known, k => run.Output.Contains(k.Says, StringComparison.OrdinalIgnoreCase));
        return known.Means is { } means ? $"bubblewrap: {means}. It said: {line}" : $"bubblewrap does not work: {line}";
    }
}
