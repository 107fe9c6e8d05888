using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Nightjar.Connectors.Kubernetes.Wire;

/// <summary>Who keeps what a reflector sees of one kind.</summary>
internal interface IReflected
{
    /// <summary>All there is now; what is not in here is gone.</summary>
    void Replace(IReadOnlyList<JsonElement> page, bool isFirst, bool isLast);

    void Changed(JsonElement item);

    void Gone(JsonElement item);
}

/// <summary>How a reflector does.</summary>
/// <param name="IsSynced">It listed once, and has watched since.</param>
/// <param name="Fault">Why it does not see; null while it does.</param>
internal sealed record ReflectorHealth(bool IsSynced, string? Fault, bool IsForbidden);

/// <summary>
/// Keeps up with one kind of object: lists it, watches from there, goes on from the last bookmark when a watch ends, lists anew when the server
/// no longer knows where to go on from (410), and comes back, later each time, when the server went away.
/// </summary>
internal sealed partial class Reflector(KubeApi api, KubeResource resource, string? space, string? labels, IReflected kept, Func<double> chance, TimeProvider clock, ILogger logger)
{
    /// <summary>What the server is asked to end a watch after, and what it may be late by.</summary>
    private static readonly TimeSpan WatchFor = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Late = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    /// <summary>A right that was not granted is seldom granted within seconds, and a kind that is not served seldom comes.</summary>
    private static readonly TimeSpan LongRest = TimeSpan.FromMinutes(2);

    private readonly TaskCompletionSource listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan rest = FirstRest;
    private string? version;
    private readonly HashSet<string> gone = new(StringComparer.Ordinal);
    private string? group;

    public KubeResource Resource => resource;

    public ReflectorHealth Health { get; private set; } = new(false, "not listed yet", false);

    /// <summary>Completes when it has listed for the first time, or failed to.</summary>
    public Task Listed => listed.Task;

    /// <summary>Until it is cancelled.</summary>
    /// <param name="discover">Answers the group versions that the cluster serves.</param>
    public async Task RunAsync(Func<CancellationToken, Task<IReadOnlySet<string>>> discover, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                group ??= await ChooseAsync(discover, cancellationToken);
                version ??= await ListAsync(cancellationToken);
                Health = new ReflectorHealth(true, null, false);
                listed.TrySetResult();
                var began = clock.GetTimestamp();
                await WatchAsync(version, cancellationToken);
                if (clock.GetElapsedTime(began) < FirstRest)
                {
                    // A server that ends every watch at once must not keep us running.
                    await Task.Delay(FirstRest, clock, cancellationToken);
                }
            }
            catch (KubeException e) when (e.Fault == KubeFault.Gone && version is not null)
            {
                version = null;
                ListsAnew(resource.Plural, api.Name);
            }
            catch (KubeException e) when (e.Fault == KubeFault.NotFound && group is not null)
            {
                // The group version is served, but this kind is not in it, or no longer.
                gone.Add(group);
                (group, version) = (null, null);
            }
            catch (Exception e) when (e is KubeException or IOException or HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                await RestAsync(e, cancellationToken);
            }
        }
    }

    private async Task<string> ChooseAsync(Func<CancellationToken, Task<IReadOnlySet<string>>> discover, CancellationToken cancellationToken)
    {
        var served = await discover(cancellationToken);
        if (resource.Versions.FirstOrDefault(v => served.Contains(v) && !gone.Contains(v)) is { } chosen)
        {
            return chosen;
        }

        gone.Clear();
        throw new KubeException(KubeFault.NotFound, $"this cluster serves no {resource.Plural} of {string.Join(", ", resource.Versions)}");
    }

    private async Task RestAsync(Exception e, CancellationToken cancellationToken)
    {
        listed.TrySetResult();
        var fault = e as KubeException;
        var isForbidden = fault?.Fault == KubeFault.Forbidden;
        Health = new ReflectorHealth(Health.IsSynced, e is OperationCanceledException ? $"the watch of {resource.Plural} went silent" : e.Message, isForbidden);
        var delay = isForbidden || fault?.Fault == KubeFault.NotFound ? LongRest : fault?.RetryAfter is { } asked && asked < LongestRest && asked > rest ? asked : rest;
        rest = rest * 2 < LongestRest ? rest * 2 : LongestRest;
        WatchFailed(resource.Plural, api.Name, delay, Health.Fault ?? "");
        await Task.Delay(delay * (0.8 + (chance() * 0.4)), clock, cancellationToken);
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var (next, listed, isFirst) = ("", "", true);
        do
        {
            using var page = await api.GetAsync($"{Path}?limit={resource.PageSize}{Selected()}{(next.Length > 0 ? $"&continue={Uri.EscapeDataString(next)}" : "")}", $"list {resource.Plural}", cancellationToken);
            var meta = page.RootElement.GetProperty("metadata");
            listed = meta.TryGetProperty("resourceVersion", out var at) ? at.GetString() ?? "" : "";
            next = meta.TryGetProperty("continue", out var more) ? more.GetString() ?? "" : "";
            kept.Replace(page.RootElement.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [], isFirst, next.Length == 0);
            isFirst = false;
        }
        while (next.Length > 0);
        return listed;
    }

    private async Task WatchAsync(string from, CancellationToken cancellationToken)
    {
        var seconds = (int)(WatchFor.TotalSeconds * (1 + (chance() * 0.5)));
        using var silence = new CancellationTokenSource(TimeSpan.FromSeconds(seconds) + Late, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        using var response = await api.StreamAsync(
            string.Create(CultureInfo.InvariantCulture, $"{Path}?watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(from)}&timeoutSeconds={seconds}{Selected()}"), $"watch {resource.Plural}", either.Token);
        await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
        await foreach (var line in WatchLines.ReadAsync(stream, () => rest = FirstRest, either.Token))
        {
            Take(line);
        }
    }

    private void Take(WatchLine line)
    {
        switch (line.Type)
        {
            case "ADDED" or "MODIFIED":
                kept.Changed(line.Object);
                break;
            case "DELETED":
                kept.Gone(line.Object);
                break;
            case "BOOKMARK":
                break;
            default:
                throw Told(line.Object);
        }

        if (line.Object.TryGetProperty("metadata", out var meta) && meta.TryGetProperty("resourceVersion", out var at) && at.GetString() is { Length: > 0 } seen)
        {
            version = seen;
        }
    }

    private KubeException Told(JsonElement status)
    {
        var code = status.ValueKind == JsonValueKind.Object && status.TryGetProperty("code", out var number) && number.TryGetInt32(out var value) ? value : 0;
        var says = status.ValueKind == JsonValueKind.Object && status.TryGetProperty("message", out var message) ? SourceHttp.Line(message.GetString() ?? "") : "";
        return new KubeException(code == 410 ? KubeFault.Gone : KubeFault.Unexpected, $"The watch of {resource.Plural} ended: {says}");
    }

    private string Path => resource.Path(group ?? "", space);

    private string Selected() => labels is { Length: > 0 } ? $"&labelSelector={Uri.EscapeDataString(labels)}" : "";

    [LoggerMessage(3400, LogLevel.Warning, "Watching {Resource} of {Cluster} failed; trying again in {Delay}: {Why}")]
    private partial void WatchFailed(string resource, string cluster, TimeSpan delay, string why);

    [LoggerMessage(3401, LogLevel.Debug, "Listing {Resource} of {Cluster} anew: the server no longer knows where to go on from")]
    private partial void ListsAnew(string resource, string cluster);
}
