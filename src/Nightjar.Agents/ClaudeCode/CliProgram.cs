using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Nightjar.Agents.ClaudeCode;

/// <summary>The Claude Code program of this machine.</summary>
/// <param name="Path">The real file, links followed.</param>
public sealed partial record CliProgram(string Path, string Version)
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(20);

    /// <summary>By file and when it was written: starting 235 MB to ask takes longer than all else that a run adds.</summary>
    private static readonly ConcurrentDictionary<(string Path, DateTime Written), string> Versions = new();

    /// <summary>Null when there is none, or what is there does not say its version.</summary>
    public static async Task<CliProgram?> FindAsync(string program, CancellationToken cancellationToken)
    {
        if (Locate(program) is not { } path)
        {
            return null;
        }

        var real = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? System.IO.Path.GetFullPath(path);
        var file = (real, File.GetLastWriteTimeUtc(real));
        if (!Versions.TryGetValue(file, out var version) && await VersionAsync(real, cancellationToken) is { } said)
        {
            Versions[file] = version = said;
        }

        return version is null ? null : new CliProgram(real, version);
    }

    /// <summary>A path, or a name on the PATH; null when nothing is there.</summary>
    public static string? Locate(string program) =>
        (program.Contains('/', StringComparison.Ordinal) ? [program] : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(f => System.IO.Path.Join(f, program)))
        .FirstOrDefault(File.Exists);

    /// <summary>It needs no key to say it; it gets no environment all the same.</summary>
    private static async Task<string?> VersionAsync(string path, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(path, ["--version"]);
        start.Environment.Clear();
        start.Environment["HOME"] = System.IO.Path.GetTempPath();
        try
        {
            var run = await Fence.ChildProcess.RunAsync(start, LongestAnswer, () => { }, TimeProvider.System, cancellationToken);
            return run.ExitCode == 0 && VersionText().Match(run.Output) is { Success: true } match ? match.Value : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex VersionText();
}
