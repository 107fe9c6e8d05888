using System.Collections.Immutable;

namespace Nightjar.Agents.Fence;

/// <summary>A place to run code that is not trusted. Whatever it starts is gone when <see cref="RunAsync"/> returns.</summary>
public interface IFence
{
    /// <summary>Shown to people: <c>bubblewrap</c>, <c>none</c>.</summary>
    string Name { get; }

    /// <summary>Tries it for real, once; the answer says why not and what to do.</summary>
    Task<FenceState> ProbeAsync(CancellationToken cancellationToken);

    /// <exception cref="System.ComponentModel.Win32Exception">The program of the fence or the command's shell could not be started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; everything it had started was killed first.</exception>
    Task<FencedRun> RunAsync(FencedCommand command, CancellationToken cancellationToken);
}

/// <summary>A command with its working folder and limits.</summary>
/// <param name="Arguments">Program and arguments; no shell unless the first one is a shell.</param>
/// <param name="Folder">Absolute; the only host folder it may write to, seen at the same path inside.</param>
/// <param name="Timeout">Wall clock; after it everything is killed.</param>
public sealed record FencedCommand(ImmutableArray<string> Arguments, string Folder, TimeSpan Timeout)
{
    public bool Network { get; init; }

    /// <summary>Absolute paths that it may read besides the system and the toolchain; those that do not exist are left out.</summary>
    public ImmutableArray<string> ReadOnly { get; init; } = [];

    /// <summary>A line of a person's own configuration, run as they would run it.</summary>
    public static FencedCommand Shell(string line, string folder, TimeSpan timeout) => new(["/bin/sh", "-c", line], folder, timeout);
}

/// <param name="ExitCode">Null when it did not end by itself.</param>
/// <param name="Output">The end of what it printed on both streams, at most <see cref="OutputTail.Most"/> bytes, fit to be shown.</param>
public sealed record FencedRun(int? ExitCode, bool TimedOut, TimeSpan Took, string Output);

/// <summary>Whether a fence works on this machine.</summary>
/// <param name="Says">What was found, and when it does not work, what to do about it.</param>
public sealed record FenceState(bool IsUsable, string Says);
