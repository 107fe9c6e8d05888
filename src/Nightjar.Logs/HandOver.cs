using System.Collections.Immutable;
using System.Text.Json;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Files;

namespace Nightjar.Logs;

/// <summary>
/// Gives away what a watcher found: signals first, then the rates and the mark of how far was read, both or neither. A kill in
/// between makes us read some lines again, which repeats a signal, but neither loses a line nor counts one twice.
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
        var json = JsonSerializer.Serialize(state, BundleFormat.Json);
        if (buckets.Count == 0 && json == stored)
        {
            return;
        }

        await rates.AddAsync([.. buckets], new Dictionary<string, string> { [Key] = json }, cancellationToken);
        buckets.Clear();
        stored = json;
    }
}
