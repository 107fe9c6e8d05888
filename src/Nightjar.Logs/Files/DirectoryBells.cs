using Microsoft.Extensions.Logging;

namespace Nightjar.Logs.Files;

/// <summary>
/// Listens to directories, once to each whoever asks: every listener costs the system a thread and one of the 128 instances that
/// a user may have by default.
/// </summary>
internal sealed partial class DirectoryBells(ILogger logger)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Listener> listeners = new(StringComparer.Ordinal);

    /// <summary>Rings until what it returns is disposed of; null where the directory cannot be listened to.</summary>
    public IDisposable? Listen(string directory, Action ring)
    {
        lock (gate)
        {
            if (!listeners.TryGetValue(directory, out var listener))
            {
                try
                {
                    listener = new Listener(directory);
                }
                catch (Exception e) when (e is IOException or ArgumentException or PlatformNotSupportedException or UnauthorizedAccessException)
                {
                    DidWithout(directory, e.Message);
                    return null;
                }

                listeners.Add(directory, listener);
            }

            listener.Rings += ring;
            return new Subscription(() => Leave(directory, listener, ring));
        }
    }

    private void Leave(string directory, Listener listener, Action ring)
    {
        lock (gate)
        {
            listener.Rings -= ring;
            if (listener.IsLonely && listeners.Remove(directory))
            {
                listener.Dispose();
            }
        }
    }

    [LoggerMessage(2010, LogLevel.Debug, "Did without notices from {Directory}: {Why}")]
    private partial void DidWithout(string directory, string why);

    private sealed class Listener : IDisposable
    {
        private readonly FileSystemWatcher watcher;

        public Listener(string directory)
        {
            watcher = new FileSystemWatcher(directory)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
                InternalBufferSize = 4096,
            };
            watcher.Changed += Ring;
            watcher.Created += Ring;
            watcher.Renamed += Ring;
            try
            {
                watcher.EnableRaisingEvents = true;
            }
            catch
            {
                watcher.Dispose();
                throw;
            }
        }

        public event Action? Rings;

        public bool IsLonely => Rings is null;

        public void Dispose() => watcher.Dispose();

        private void Ring(object sender, FileSystemEventArgs e) => Rings?.Invoke();
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
