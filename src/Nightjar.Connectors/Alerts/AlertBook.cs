using System.Collections.Immutable;
using System.Text.Json;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Alerts;

/// <summary>
/// How each alert stands, in the store: which of its instances fire and since when, when one was last resolved; and which signed events
/// were taken already. What a delivery tells is written whole or not at all.
/// </summary>
internal sealed class AlertBook(IRates rates, IWatchMarks marks)
{
    /// <summary>Instances of one alert; what fires past that changes nothing, the alert fires already.</summary>
    private const int MostInstances = 500;

    private const int MostEnded = 100;

    /// <summary>Signed events remembered of one receiver: 20 kB. Older ones are refused by their age.</summary>
    private const int MostEvents = 500;

    public async Task<AlertStanding?> StandingAsync(ServiceName service, string alert, CancellationToken cancellationToken) =>
        await ReadAsync<Entry>(Key(service, alert), cancellationToken) switch
        {
            { Firing: { IsEmpty: false } firing } => new AlertStanding(true, firing.Values.Min()),
            { Resolved: { } resolved } => new AlertStanding(false, resolved),
            _ => null,
        };

    /// <summary>True when this instance was told to have ended after that moment: signed events come in any order.</summary>
    public async Task<bool> HasEndedSinceAsync(ServiceName service, IncomingAlert alert, DateTimeOffset at, CancellationToken cancellationToken) =>
        (await ReadAsync<Entry>(Key(service, alert.Name), cancellationToken))?.Ended.TryGetValue(alert.Instance, out var ended) == true && ended >= at;

    public async Task<bool> HasTakenAsync(string receiver, string eventId, CancellationToken cancellationToken) =>
        (await ReadAsync<ImmutableArray<string>?>(SeenKey(receiver), cancellationToken))?.Contains(eventId) == true;

    /// <summary>Writes down what a delivery told. Returns the alerts of which no instance fires any more because of it.</summary>
    public async Task<ImmutableArray<(ServiceName Service, string Alert, DateTimeOffset At)>> WriteAsync(IEnumerable<(ServiceName Service, IncomingAlert Alert, DateTimeOffset At)> told, CancellationToken cancellationToken)
    {
        var ended = ImmutableArray.CreateBuilder<(ServiceName, string, DateTimeOffset)>();
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var same in told.GroupBy(t => (t.Service, t.Alert.Name)))
        {
            var key = Key(same.Key.Service, same.Key.Name);
            var before = await ReadAsync<Entry>(key, cancellationToken) ?? new Entry();
            var after = same.Aggregate(before, (entry, one) => Next(entry, one.Alert, one.At));
            changed[key] = JsonSerializer.Serialize(after, BundleFormat.Json);
            if (!before.Firing.IsEmpty && after is { Firing.IsEmpty: true, Resolved: { } at })
            {
                ended.Add((same.Key.Service, same.Key.Name, at));
            }
        }

        if (changed.Count > 0)
        {
            await rates.AddAsync([], changed, cancellationToken);
        }

        return ended.ToImmutable();
    }

    /// <summary>To be called last: an event that is sent again because we were killed must be taken again.</summary>
    public async Task HasTakenNowAsync(string receiver, string eventId, CancellationToken cancellationToken)
    {
        var seen = await ReadAsync<ImmutableArray<string>?>(SeenKey(receiver), cancellationToken) ?? [];
        var json = JsonSerializer.Serialize(seen.Add(eventId).TakeLast(MostEvents), BundleFormat.Json);
        await rates.AddAsync([], new Dictionary<string, string> { [SeenKey(receiver)] = json }, cancellationToken);
    }

    /// <summary>The end of an earlier time that it fired is not the end of this one.</summary>
    private static Entry Next(Entry entry, IncomingAlert alert, DateTimeOffset at)
    {
        if (alert.IsFiring)
        {
            return entry.Firing.ContainsKey(alert.Instance) || entry.Firing.Count >= MostInstances ? entry : entry with { Firing = entry.Firing.Add(alert.Instance, at) };
        }

        return entry.Firing.TryGetValue(alert.Instance, out var since) && since > at ? entry : new Entry
        {
            Firing = entry.Firing.Remove(alert.Instance),
            Resolved = entry.Resolved > at ? entry.Resolved : at,
            Ended = entry.Ended.SetItem(alert.Instance, at).OrderByDescending(e => e.Value).Take(MostEnded).ToImmutableDictionary(),
        };
    }

    private async Task<T?> ReadAsync<T>(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await marks.GetAsync(key, cancellationToken) is { } json ? JsonSerializer.Deserialize<T>(json, BundleFormat.Json) : default;
        }
        catch (JsonException)
        {
            // A record that nobody can read is as good as none: the next delivery writes it anew.
            return default;
        }
    }

    private static string Key(ServiceName service, string alert) => $"alert:{service}|{alert}";

    private static string SeenKey(string receiver) => $"alerts-taken:{receiver}";

    private sealed record Entry
    {
        /// <summary>Instances, and since when each fires.</summary>
        public ImmutableDictionary<string, DateTimeOffset> Firing { get; init; } = ImmutableDictionary<string, DateTimeOffset>.Empty;

        /// <summary>Instances that were resolved, the latest of them.</summary>
        public ImmutableDictionary<string, DateTimeOffset> Ended { get; init; } = ImmutableDictionary<string, DateTimeOffset>.Empty;

        public DateTimeOffset? Resolved { get; init; }
    }
}
