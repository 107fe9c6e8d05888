namespace Nightjar.Logs.Files;

/// <summary>
/// Wakes one watcher that sleeps when something happens in the directories of its files. Only a help: where it does not work (network
/// file systems, no watches left) the poll finds the same a second later. Silent while the watcher is awake, since a busy
/// log would ring thousands of times a second.
/// </summary>
internal sealed class DirectoryBell(DirectoryBells bells) : IDisposable
{
    /// <summary>Of one watcher: with 20 services in as many places, 80 of 128 instances.</summary>
    private const int MostDirectories = 4;

    private readonly SemaphoreSlim rung = new(0, 1);
    private readonly List<IDisposable> listening = [];
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
        listening.AddRange(directories.Where(Directory.Exists).Take(MostDirectories).Select(d => bells.Listen(d, Ring)).OfType<IDisposable>());
        return true;
    }

    public void Disarm()
    {
        listening.ForEach(l => l.Dispose());
        listening.Clear();
        isArmed = false;
    }

    public void Dispose()
    {
        Disarm();
        rung.Dispose();
    }

    private void Ring()
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
}
