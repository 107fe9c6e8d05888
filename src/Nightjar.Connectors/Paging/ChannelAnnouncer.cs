using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Announcements;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Paging;

/// <summary>Where it is kept of which incidents a channel has told, so that their end is told after a restart, too.</summary>
public sealed record AnnounceStores(IRates Rates, IWatchMarks Marks);

/// <summary>
/// Tells announcements by mail or webhook, in the background: nothing waits for a slow server, and what waits is on disk, so that a kill
/// loses none; told twice is possible then. What cannot be told in three tries is said in our own log; pages are what is told until somebody answers.
/// </summary>
public sealed partial class ChannelAnnouncer : IAnnouncer, IDisposable, IAsyncDisposable
{
    private const int MostWaiting = 1_000;

    private const int MostStanding = 1_000;

    /// <summary>So many of them are on disk, the newest, in so many characters: they are written anew with each.</summary>
    private const int MostKept = 100;

    private const int LongestKept = 200_000;

    private const int Tries = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);

    /// <summary>At the end, for what waits still.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly IPageChannel channel;
    private readonly Severity severity;
    private readonly AnnounceStores stores;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Channel<Announcement> waiting;
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Task sending;
    private SortedSet<long>? standing;
    private List<Announcement>? owed;
    private Announcement[] left = [];
    private string kept = "";

    /// <param name="severity">What is less grave is left out.</param>
    public ChannelAnnouncer(IPageChannel channel, Severity severity, AnnounceStores stores, TimeProvider clock, ILogger logger)
    {
        (this.channel, this.severity, this.stores, this.clock, this.logger) = (channel, severity, stores, clock, logger);
        waiting = Channel.CreateBounded<Announcement>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest }, lost => Lost(channel.Name, lost.Key, "too many wait"));
        sending = Task.Run(SendAllAsync);
    }

    private string MarkKey => $"announce {channel.Name}";

    private string OwedKey => $"announce {channel.Name} waiting";

    public async Task TellAsync(Announcement announcement, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (await IsWantedAsync(announcement, cancellationToken))
            {
                var all = await OwedAsync(cancellationToken);
                all.Add(announcement);
                all.RemoveRange(0, Math.Max(0, all.Count - MostWaiting));
                await KeepAsync(cancellationToken);
                waiting.Writer.TryWrite(announcement);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        waiting.Writer.TryComplete();
        turn.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        stop.CancelAfter(LastWords);
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        turn.Dispose();
    }

    private async Task<bool> IsWantedAsync(Announcement announcement, CancellationToken cancellationToken)
    {
        standing ??= Read(await stores.Marks.GetAsync(MarkKey, cancellationToken));
        var isGrave = announcement.Severity >= severity;
        if (announcement.Incident is not { Value: var incident })
        {
            return isGrave;
        }

        var wasTold = standing.Contains(incident);
        if (announcement.IsOver ? standing.Remove(incident) : isGrave && standing.Add(incident))
        {
            while (standing.Count > MostStanding)
            {
                standing.Remove(standing.Min);
            }

            await stores.Rates.AddAsync([], new Dictionary<string, string> { [MarkKey] = string.Join(',', standing) }, cancellationToken);
        }

        return isGrave || (announcement.IsOver && wasTold);
    }

    private static SortedSet<long> Read(string? mark) =>
        [.. (mark ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).Where(n => n > 0)];

    private async Task SendAllAsync()
    {
        await OnDiskAsync(_ => { });
        foreach (var announcement in left)
        {
            await SendOnceAsync(announcement);
        }

        await foreach (var announcement in waiting.Reader.ReadAllAsync(stop.Token))
        {
            await SendOnceAsync(announcement);
        }
    }

    private async Task SendOnceAsync(Announcement announcement)
    {
        await SendAsync(announcement);
        await OnDiskAsync(all => all.Remove(announcement));
    }

    /// <summary>Changes what waits on disk as soon as the store can be written: until then an announcement may be told again after a kill.</summary>
    private async Task OnDiskAsync(Action<List<Announcement>> change)
    {
        for (var isDone = false; !isDone;)
        {
            await turn.WaitAsync(stop.Token);
            try
            {
                change(await OwedAsync(stop.Token));
                await KeepAsync(stop.Token);
                isDone = true;
            }
            catch (StoreUnavailableException)
            {
                // It is tried again below.
            }
            finally
            {
                turn.Release();
            }

            if (!isDone)
            {
                await Task.Delay(Pause, clock, stop.Token);
            }
        }
    }

    /// <summary>What was not told when it was last stopped comes first, in its order.</summary>
    private async Task<List<Announcement>> OwedAsync(CancellationToken cancellationToken)
    {
        if (owed is null)
        {
            kept = await stores.Marks.GetAsync(OwedKey, cancellationToken) ?? "";
            owed = kept.Length == 0 ? [] : JsonSerializer.Deserialize<List<Announcement>>(kept, BundleFormat.Json) ?? [];
            left = [.. owed];
        }

        return owed;
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        var newest = (owed ?? []).TakeLast(MostKept).ToList();
        var json = Written(newest);
        while (json.Length > LongestKept)
        {
            newest.RemoveRange(0, (newest.Count + 1) / 2);
            json = Written(newest);
        }

        if (json != kept)
        {
            await stores.Rates.AddAsync([], new Dictionary<string, string> { [OwedKey] = json }, cancellationToken);
            kept = json;
        }
    }

    private static string Written(List<Announcement> announcements) => announcements.Count == 0 ? "" : JsonSerializer.Serialize(announcements, BundleFormat.Json);

    private async Task SendAsync(Announcement announcement)
    {
        var act = announcement.IsOver ? PageAct.Resolve : PageAct.Trigger;
        var wish = new PageWish($"nightjar-{announcement.Incident?.Value}-{announcement.Key}", announcement.Incident, null, "announcement", announcement.Severity, announcement.Title, announcement.Text, announcement.Url);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await channel.SendAsync(new PageNotice(act, wish, announcement.At, 1, announcement.IsOver ? announcement.Text : ""), stop.Token);
                return;
            }
            catch (PageFailedException e) when (attempt == Tries || e.IsFinal)
            {
                Lost(channel.Name, announcement.Key, e.Message);
                return;
            }
            catch (PageFailedException)
            {
                await Task.Delay(Pause * attempt, clock, stop.Token);
            }
#pragma warning disable CA1031 // Whatever one announcement runs into, the next one is told.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                Lost(channel.Name, announcement.Key, e.Message);
                return;
            }
        }
    }

    [LoggerMessage(3702, LogLevel.Warning, "{Channel} did not tell {Key}: {Why}")]
    private partial void Lost(string channel, string key, string why);
}
