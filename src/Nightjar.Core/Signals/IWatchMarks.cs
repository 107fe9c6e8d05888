namespace Nightjar.Core.Signals;

/// <summary>
/// Where a watcher left off (a log offset, say), as small JSON under a key of its own. Set together with what was counted up to
/// there: <see cref="Evidence.IRates.AddAsync"/>.
/// </summary>
public interface IWatchMarks
{
    Task<string?> GetAsync(string key, CancellationToken cancellationToken);
}

/// <summary>Where watchers hand over what fires. On disk when it returns (a new incident), or folded in memory (a repeat).</summary>
public interface ISignalDoor
{
    ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken);
}

/// <summary>Something that observes the world until it is cancelled, and survives its source going away.</summary>
public interface IWatcher
{
    string Name { get; }

    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>What it does now, in a line for people: <c>following 3 files</c>, <c>waiting for /var/log/x.log</c>.</summary>
    WatcherHealth Health { get; }
}

public sealed record WatcherHealth(bool IsWell, string Says);
