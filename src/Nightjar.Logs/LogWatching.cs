using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Files;
using Nightjar.Logs.Sources;

namespace Nightjar.Logs;

/// <summary>The log engine as the host sees it: watchers of log files and of other sources of lines, and digests of what they said.</summary>
public sealed class LogWatching : ILogDigests, ILineFollower
{
    private readonly Catalogue catalogue;
    private readonly TimeProvider clock;
    private readonly ImmutableArray<LogTrigger> triggers;
    private readonly LogStores stores;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<ServiceName, ServiceLog> logs = new();
    private readonly ConcurrentDictionary<ServiceName, HandOver> handOvers = new();

    /// <param name="sources">Lines that are not in files; a service may have both.</param>
    /// <param name="triggers">Those of every service, beside its own.</param>
    /// <exception cref="ArgumentException">A trigger is not a regular expression.</exception>
    public LogWatching(Catalogue catalogue, IEnumerable<ILineSource> sources, ImmutableArray<LogTrigger> triggers, LogStores stores, TimeProvider clock, ILoggerFactory loggers)
    {
        (this.catalogue, this.clock, this.triggers, this.stores, logger) = (catalogue, clock, triggers, stores, loggers.CreateLogger<LogWatching>());
        var bells = new DirectoryBells(logger);
        var bySource = sources.ToLookup(s => s.Service);
        Watchers = [.. catalogue.All.SelectMany(service => Watch(service, bySource[service.Name], bells))];
    }

    /// <summary>Run each until shutdown.</summary>
    public ImmutableArray<IWatcher> Watchers { get; }

    /// <summary>Null for a service without logs, or one whose logs said nothing yet.</summary>
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
                var scan = new LogScan(service, triggers, clock);
                found.AddRange(scan.Run(span, cancellationToken));
                logs[service.Name] = scan.Log;
            }

            return found.ToImmutable();
        },
        cancellationToken);

    /// <summary>A service has one place where its lines are counted, whoever reads them.</summary>
    public Task FollowAsync(ILineSource source, CancellationToken cancellationToken)
    {
        var (log, handOver) = Of(catalogue.Get(source.Service));
        return new SourceWatcher(source, log, handOver, clock, logger).RunAsync(cancellationToken);
    }

    private IEnumerable<IWatcher> Watch(Service service, IEnumerable<ILineSource> sources, DirectoryBells bells)
    {
        var all = sources.ToList();
        if (service.Logs.IsEmpty && all.Count == 0)
        {
            return [];
        }

        var (log, handOver) = Of(service);
        return
        [
            .. service.Logs.IsEmpty ? Array.Empty<IWatcher>() : [new LogWatcher(service, log, handOver, bells, clock, logger)],
            .. all.Select(s => new SourceWatcher(s, log, handOver, clock, logger)),
        ];
    }

    private (ServiceLog Log, HandOver HandOver) Of(Service service)
    {
        var log = logs.GetOrAdd(service.Name, _ => new ServiceLog(service, clock, everywhere: triggers));
        return (log, handOvers.GetOrAdd(service.Name, _ => new HandOver(service.Name, log, stores, clock, logger)));
    }
}

/// <summary>Where the log engine hands over what it finds, and keeps how far it read.</summary>
public sealed record LogStores(ISignalDoor Door, IRates Rates, IWatchMarks Marks, ILogMemory Memory);
