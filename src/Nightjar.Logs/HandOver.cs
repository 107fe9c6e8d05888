using System.Collections.Immutable;
using System.Text.Json;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Files;

namespace Nightjar.Logs;

/// <summary>
/// Gives away what a watcher found, in this order: signals, rates, and only then the mark of how far was read. A crash in between
/// makes us read some lines again and never lose one.
/// </summary>
internal sealed class HandOver(ServiceName service, ISignalDoor door, IRates rates, IWatchMarks marks)
{
    private readonly Queue<Signal> signals = new();
    private readonly List<RateBucket> buckets = [];
    private string? stored;

    private string Key => $"logs:{service}";

    /// <summary>Where the watcher left off; null when it never ran, or what it left cannot be read.</summary>
    public async Task<FollowState?> LeftAsync(CancellationToken cancellationToken)
    {
        stored = await marks.GetAsync(Key, cancellationToken);
        try
        {
            return stored is null ? null : JsonSerializer.Deserialize<FollowState>(stored, BundleFormat.Json);
        }
        catch (JsonException)
        {
            // A mark that nobody can read is as good as none; the watcher starts at the end again and overwrites it.
            return null;
        }
    }

    public async Task DeliverAsync(ImmutableArray<Signal> found, CancellationToken cancellationToken)
    {
        foreach (var signal in found)
        {
            signals.Enqueue(signal);
        }

        while (signals.TryPeek(out var next))
        {
            await door.AcceptAsync(next, cancellationToken);
            signals.Dequeue();
        }
    }

    public async Task CommitAsync(IReadOnlyList<RateBucket> counted, FollowState state, CancellationToken cancellationToken)
    {
        buckets.AddRange(counted);
        if (buckets.Count > 0)
        {
            await rates.AddAsync([.. buckets], cancellationToken);
            buckets.Clear();
        }

        var json = JsonSerializer.Serialize(state, BundleFormat.Json);
        if (json != stored)
        {
            await marks.SetAsync(new Dictionary<string, string> { [Key] = json }, cancellationToken);
            stored = json;
        }
    }
}
