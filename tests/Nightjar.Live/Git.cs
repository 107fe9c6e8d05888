using System.Diagnostics;

namespace Nightjar.Live;

/// <summary>The real git, with nobody's settings but these.</summary>
internal static class Git
{
    private static readonly (string, string)[] Identity =
        [("GIT_AUTHOR_NAME", "Ann"), ("GIT_AUTHOR_EMAIL", "ann@example.com"), ("GIT_COMMITTER_NAME", "Ann"), ("GIT_COMMITTER_EMAIL", "ann@example.com"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")];

    public static async Task<string[]> LinesAsync(string folder, params string[] arguments) =>
        (await RunAsync(folder, arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<string> RunAsync(string folder, params string[] arguments) => RunAtAsync(folder, null, arguments);

    /// <param name="at">The date of what is committed, such as <c>@1700000000 +0000</c>; now when null.</param>
    public static async Task<string> RunAtAsync(string folder, string? at, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Identity)
        {
            start.Environment[name] = value;
        }

        if (at is not null)
        {
            start.Environment["GIT_AUTHOR_DATE"] = start.Environment["GIT_COMMITTER_DATE"] = at;
        }

        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        var errors = git.StandardError.ReadToEndAsync();
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        return git.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {await errors}");
    }
}
