using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Files;

namespace Nightjar.Logs;

/// <summary>The log engine as the host sees it: a watcher for each service that has log files, and digests of what they said.</summary>
public sealed class LogWatching : ILogDigests
{
    private readonly Catalogue catalogue;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<ServiceName, ServiceLog> logs = new();

    /// <exception cref="ArgumentException">A trigger of a service is not a regular expression.</exception>
    public LogWatching(Catalogue catalogue, ISignalDoor door, IRates rates, IWatchMarks marks, TimeProvider clock, ILoggerFactory loggers)
    {
        this.catalogue = catalogue;
        this.clock = clock;
        var logger = loggers.CreateLogger<LogWatching>();
        var bells = new DirectoryBells(logger);
        Watchers = [.. catalogue.All.Where(s => s.Logs.Length > 0).Select(service =>
        {
            var log = new ServiceLog(service, clock);
            logs[service.Name] = log;
            return new LogWatcher(service, log, new HandOver(service.Name, door, rates, marks), bells, clock, logger);
        })];
    }

    /// <summary>Run each until shutdown.</summary>
    public ImmutableArray<IWatcher> Watchers { get; }

    /// <summary>Null for a service without log files, or one whose logs said nothing yet.</summary>
    public Task<LogDigest?> DigestAsync(ServiceName service, DateTimeOffset onset, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(logs.TryGetValue(service, out var log) && log.Events > 0 ? log.Digest(onset, now) : null);

    /// <summary>
    /// One look instead of watching: reads the last <paramref name="span"/> (an hour at most) of every log file that is there and returns what
    /// fires. Digests tell of what was read here until the next look. Not to be used while the watchers run.
    /// </summary>
    public Task<ImmutableArray<Signal>> ScanAsync(TimeSpan span, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var found = ImmutableArray.CreateBuilder<Signal>();
            foreach (var service in catalogue.All.Where(s => s.Logs.Length > 0))
            {
                var scan = new LogScan(service, clock);
                found.AddRange(scan.Run(span, cancellationToken));
                logs[service.Name] = scan.Log;
            }

            return found.ToImmutable();
        },
        cancellationToken);
}
