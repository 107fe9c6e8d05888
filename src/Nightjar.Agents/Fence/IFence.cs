using System.Collections.Immutable;

namespace Nightjar.Agents.Fence;

/// <summary>A place to run code that is not trusted. Whatever it starts is gone when <see cref="RunAsync"/> returns.</summary>
public interface IFence
{
    /// <summary>Shown to people: <c>bubblewrap</c>, <c>container</c>, <c>none</c>.</summary>
    string Name { get; }

    /// <summary>Tries it for real, once; the answer says why not and what to do.</summary>
    Task<FenceState> ProbeAsync(CancellationToken cancellationToken);

    /// <exception cref="System.ComponentModel.Win32Exception">The program of the fence or the command's shell could not be started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; everything it had started was killed first.</exception>
    Task<FencedRun> RunAsync(FencedCommand command, CancellationToken cancellationToken);

    /// <summary>Starts it and leaves its streams to the caller.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">As for <see cref="RunAsync"/>.</exception>
    Task<FencedSession> StartAsync(FencedCommand command, CancellationToken cancellationToken);
}

/// <summary>A running command that is spoken with. Disposing it kills all that it started.</summary>
public sealed class FencedSession : IAsyncDisposable
{
    private readonly ChildProcess child;

    internal FencedSession(ChildProcess child) => this.child = child;

    public Stream Input => child.Process.StandardInput.BaseStream;

    public Stream Output => child.Process.StandardOutput.BaseStream;

    /// <summary>The end of what it printed on its error stream.</summary>
    public string Errors => child.Errors.Read();

    /// <summary>Its exit code, once it has ended.</summary>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await child.Exited.WaitAsync(cancellationToken);
        return child.Process.ExitCode;
    }

    public async ValueTask DisposeAsync() => await child.DisposeAsync();
}

/// <summary>A command with its working folder and limits.</summary>
/// <param name="Arguments">Program and arguments; no shell unless the first one is a shell.</param>
/// <param name="Folder">Absolute; the only host folder it may write to, seen at the same path inside.</param>
/// <param name="Timeout">Wall clock; after it everything is killed.</param>
public sealed record FencedCommand(ImmutableArray<string> Arguments, string Folder, TimeSpan Timeout)
{
    public bool Network { get; init; }

    /// <summary>Its folder can be read and not written to.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>It can use the compilers, runtimes and packages of this machine that do not lie in the system's own folders.</summary>
    public bool HasToolchain { get; init; } = true;

    /// <summary>Where it is seen inside; the same path as outside when null.</summary>
    public string? SeenAt { get; init; }

    /// <summary>Host files or folders (sockets, say) that are seen at another path inside.</summary>
    public ImmutableArray<(string Host, string Inside)> Doors { get; init; } = [];

    /// <summary>Variables beside the few that every command gets.</summary>
    public ImmutableArray<(string Name, string Value)> Variables { get; init; } = [];

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
