using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Connectors.ClickHouse;
using Nightjar.Connectors.Prometheus;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors;

/// <summary>The stores that are asked for error rates: a watcher for each, and what they know of a service's logs.</summary>
public sealed class RateSources : ILogDigests, IDisposable
{
    private static readonly TimeSpan ShortestDigest = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LongestDigest = TimeSpan.FromMinutes(30);

    private readonly ImmutableArray<Part> parts;

    public RateSources(ImmutableArray<RateSourceOptions> sources, Catalogue catalogue, ISignalDoor door, IRates rates, IWatchMarks marks, TimeProvider clock, ILoggerFactory loggers)
    {
        var doors = new WatchDoors(door, rates, marks);
        var logger = loggers.CreateLogger<RateSources>();
        parts = [.. sources.Select((options, i) =>
        {
            var (source, client) = Make(options);
            var routes = new SourceRoutes(options, catalogue, isFirst: i == 0);
            return new Part(options, source, client, routes, new RateWatcher(options, source, routes, doors, Random.Shared.NextDouble, clock, logger));
        })];
    }

    /// <summary>Run each until shutdown.</summary>
    public ImmutableArray<IWatcher> Watchers => [.. parts.Select(p => p.Watcher)];

    /// <summary>One look at each source instead of watching; what fires goes to the door. Returns what could not be asked, in words.</summary>
    public async Task<ImmutableArray<string>> LookAsync(CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            await part.Watcher.TryLookAsync(cancellationToken);
        }

        return [.. parts.Where(p => !p.Watcher.Health.IsWell).Select(p => $"{p.Watcher.Name}: {p.Watcher.Health.Says}")];
    }

    /// <summary>Of the first source that knows something; one that could not be asked is named among what is missing.</summary>
    public async Task<LogDigest?> DigestAsync(ServiceName service, DateTimeOffset onset, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var span = TimeSpan.FromTicks(Math.Clamp((now - onset).Ticks, ShortestDigest.Ticks, LongestDigest.Ticks));
        var missing = new List<string>();
        foreach (var part in parts)
        {
            if (part.Source is ILogSource logs && await DigestAsync(logs, part, service, (onset - span, onset, now), missing, cancellationToken) is { } digest)
            {
                return digest;
            }
        }

        return missing.Count == 0 ? null : new LogDigest { From = onset - span, To = now, Missing = [.. missing] };
    }

    /// <summary>Asks each source everything that it will be asked; nothing is kept.</summary>
    public static async Task<SourceCheck> CheckAsync(RateSourceOptions options, CancellationToken cancellationToken)
    {
        var (source, client) = Make(options);
        using (client)
        {
            try
            {
                return await source.CheckAsync(cancellationToken);
            }
            catch (SourceException e)
            {
                return new SourceCheck(options.Name, false, e.Message, "mend that, or correct the source in the configuration; until then its services are unknown");
            }
        }
    }

    public void Dispose()
    {
        foreach (var part in parts)
        {
            part.Client.Dispose();
        }
    }

    private static async Task<LogDigest?> DigestAsync(ILogSource logs, Part part, ServiceName service, (DateTimeOffset From, DateTimeOffset Onset, DateTimeOffset To) span, List<string> missing, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var name in part.Routes.NamesOf(service))
            {
                if (await logs.DigestAsync(name, span.From, span.Onset, span.To, cancellationToken) is { } digest)
                {
                    return digest;
                }
            }
        }
        catch (SourceException e)
        {
            missing.Add($"logs: {part.Options.Name} could not be asked: {e.Message}");
        }

        return null;
    }

    private static (IRateSource Source, IDisposable Client) Make(RateSourceOptions options)
    {
        if (options.Kind == RateSourceKind.Prometheus)
        {
            var prometheus = new PrometheusClient(options);
            return (new PrometheusSource(options, prometheus), prometheus);
        }

        var client = new ClickHouseClient(options);
        return (options.ClickHouse.Sql is null ? new OpenTelemetrySource(options, client) : new OwnSqlSource(options, client), client);
    }

    private sealed record Part(RateSourceOptions Options, IRateSource Source, IDisposable Client, SourceRoutes Routes, RateWatcher Watcher);
}
