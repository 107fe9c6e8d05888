using Microsoft.Extensions.Logging;

namespace Nightjar.Logs.Files;

/// <summary>
/// Wakes a watcher that sleeps when something happens in the directories of its files. Only a help: where it does not work (network
/// file systems, no watches left) the poll finds the same a second later. Silent while the watcher is awake, since a busy
/// log would ring thousands of times a second.
/// </summary>
internal sealed partial class DirectoryBell(ILogger logger) : IDisposable
{
    /// <summary>Each costs the system one of 128 watches a user may have by default; 20 services of 4 directories stay below.</summary>
    private const int MostDirectories = 4;

    private readonly SemaphoreSlim rung = new(0, 1);
    private readonly List<FileSystemWatcher> watchers = [];
    private bool isArmed;

    /// <summary>Completes at the next ring; counts one that came since <see cref="Arm"/>.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => rung.WaitAsync(cancellationToken);

    /// <summary>True when it began to listen just now: what happened before that was not heard.</summary>
    public bool Arm(IEnumerable<string> directories)
    {
        if (isArmed)
        {
            return false;
        }

        isArmed = true;

        foreach (var directory in directories.Where(Directory.Exists).Take(MostDirectories))
        {
            try
            {
                watchers.Add(Watch(directory));
            }
            catch (Exception e) when (e is IOException or ArgumentException or PlatformNotSupportedException or UnauthorizedAccessException)
            {
                DidWithout(directory, e.Message);
            }
        }

        return true;
    }

    public void Disarm()
    {
        foreach (var watcher in watchers)
        {
            watcher.Dispose();
        }

        watchers.Clear();
        isArmed = false;
    }

    public void Dispose()
    {
        Disarm();
        rung.Dispose();
    }

    private FileSystemWatcher Watch(string directory)
    {
        var watcher = new FileSystemWatcher(directory)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
            InternalBufferSize = 4096,
        };
        watcher.Changed += Ring;
        watcher.Created += Ring;
        watcher.Renamed += Ring;
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private void Ring(object sender, FileSystemEventArgs e)
    {
        try
        {
            rung.Release();
        }
        catch (Exception full) when (full is SemaphoreFullException or ObjectDisposedException)
        {
            // It has rung already, or nobody listens any more.
        }
    }

    [LoggerMessage(2010, LogLevel.Debug, "Did without notices from {Directory}: {Why}")]
    private partial void DidWithout(string directory, string why);
}
