using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Announcements;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

/// <summary>Time for the loop, moved by the story.</summary>
internal sealed class StoryWakeUps : IWakeUps
{
    private readonly Lock gate = new();
    private readonly Dictionary<IncidentId, DateTimeOffset> wishes = [];

    public DateTimeOffset? Next
    {
        get
        {
            lock (gate)
            {
                return wishes.Count == 0 ? null : wishes.Values.Min();
            }
        }
    }

    public Task WakeAsync(IncidentId incident, DateTimeOffset at, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            wishes[incident] = wishes.TryGetValue(incident, out var earlier) && earlier < at ? earlier : at;
        }

        return Task.CompletedTask;
    }

    public IncidentId? TakeDue(DateTimeOffset now)
    {
        lock (gate)
        {
            foreach (var (incident, _) in wishes.Where(w => w.Value <= now).OrderBy(w => w.Value).ThenBy(w => w.Key.Value).Take(1))
            {
                wishes.Remove(incident);
                return incident;
            }

            return null;
        }
    }
}

/// <summary>What the log engine would have read, told by the story.</summary>
internal sealed class StoryDigests : ILogDigests
{
    public LogDigest? Digest { get; set; }

    public Task<LogDigest?> DigestAsync(ServiceName service, DateTimeOffset onset, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(Digest);
}

/// <summary>Keeps what people were told.</summary>
internal sealed class StoryAnnouncer : IAnnouncer
{
    public ConcurrentQueue<Announcement> All { get; } = [];

    public Task TellAsync(Announcement announcement, CancellationToken cancellationToken)
    {
        All.Enqueue(announcement);
        return Task.CompletedTask;
    }
}

/// <summary>Keeps what was logged as a warning or worse, so that a story can say that nothing was.</summary>
internal sealed class StoryLog : ILoggerProvider
{
    public ConcurrentQueue<string> Errors { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Writer(StoryLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                log.Errors.Enqueue($"{category}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
