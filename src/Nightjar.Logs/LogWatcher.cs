using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

using Nightjar.Logs.Files;

namespace Nightjar.Logs;

/// <summary>
/// Follows the log files of one service. Looks five times a second while they grow; after ten quiet seconds it sleeps until something
/// happens in their directories, and looks every two seconds all the same.
/// </summary>
internal sealed partial class LogWatcher(Service service, ServiceLog log, HandOver handOver, DirectoryBells bells, TimeProvider clock, ILogger logger) : IWatcher
{
    private static readonly TimeSpan BusyPoll = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(10);

    /// <summary>How long the last hand-over may take when the watcher is stopped.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(3);

    private readonly KnownFiles known = new();
    private readonly RetryPace pace = new(clock);
    private long lastData;
    private long judged;
    private bool hasRung;

    public string Name => $"logs of {service.Name}";

    public WatcherHealth Health { get; private set; } = new(true, "not started yet");

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var files = new FollowedFiles(service.Logs, new FollowContext(known, log.Lines, log.Take, clock, logger) { IsUrgent = log.IsUrgent });
        using var bell = new DirectoryBell(bells);
        var isStarted = false;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    if (!isStarted)
                    {
                        await StartAsync(files, cancellationToken);
                        isStarted = true;
                    }

                    await LookAsync(files, bell, cancellationToken);
                }
#pragma warning disable CA1031 // A watcher survives whatever its files or its store do: it says so and tries again.
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    var delay = pace.Failed();
                    Health = new WatcherHealth(false, $"stopped by a fault, trying again: {e.Message}");
                    WatchFailed(e, service.Name, delay);
                    await Task.Delay(delay, clock, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (isStarted)
            {
                await LeaveAsync();
            }
        }
        finally
        {
            foreach (var file in known.Open.ToList())
            {
                file.Dispose();
            }
        }
    }

    private async Task StartAsync(FollowedFiles files, CancellationToken cancellationToken)
    {
        using var turn = await handOver.TurnAsync(cancellationToken);
        var left = await handOver.JoinAsync("", () => files.State.Write(), cancellationToken);
        files.Start(FollowState.Read(left));
        lastData = clock.GetTimestamp();
    }

    /// <summary>One look at all files, what comes of it, and the rest until the next.</summary>
    private async Task LookAsync(FollowedFiles files, DirectoryBell bell, CancellationToken cancellationToken)
    {
        var search = hasRung;
        hasRung = false;
        var outcome = ReadOutcome.Idle;
        using (await handOver.TurnAsync(cancellationToken))
        {
            // What could not be given away last time goes first: nothing more is read until it is.
            await handOver.DeliverAsync([], cancellationToken);
            outcome = files.Advance(search);
            await handOver.DeliverAsync(Alarms(), cancellationToken);
            await handOver.CommitDueAsync(cancellationToken, outcome != ReadOutcome.Idle);
        }

        pace.Succeeded();
        Tell(files);
        if (outcome != ReadOutcome.Idle)
        {
            lastData = clock.GetTimestamp();
            bell.Disarm();
        }

        if (outcome != ReadOutcome.More)
        {
            hasRung = await RestAsync(files, bell, search, cancellationToken);
        }
    }

    private ImmutableArray<Signal> Alarms()
    {
        var open = known.Open.Where(f => f.Open.Length > 0).Select(f => f.Open.ToArray()).ToList();
        if (log.Events == judged && open.Count == 0)
        {
            return [];
        }

        judged = log.Events;
        return log.Alarms(open);
    }

    /// <summary>True when something has rung since.</summary>
    /// <param name="rang">It was woken by the bell, and for nothing.</param>
    private async Task<bool> RestAsync(FollowedFiles files, DirectoryBell bell, bool rang, CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(lastData) < BusyFor)
        {
            var isUrgent = known.Open.Any(f => f.Open.Length > 0 && log.IsUrgent(f.Open));
            await Task.Delay(isUrgent ? Events.EventJoiner.UrgentPatience : BusyPoll, clock, cancellationToken);
            return false;
        }

        if (rang)
        {
            // Others write in the same directory: their noise must not keep us running.
            await Task.Delay(BusyPoll, clock, cancellationToken);
        }

        if (bell.Arm(files.Directories))
        {
            // Something may have happened before it listened.
            return true;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ring = bell.WaitAsync(stop.Token);
        // All that rest wake at the same moment: the machine gets up once a second, not once for each of them.
        var rest = IdlePoll - TimeSpan.FromTicks(clock.GetUtcNow().Ticks % IdlePoll.Ticks);
        await Task.WhenAny(ring, Task.Delay(rest, clock, stop.Token));
        await stop.CancelAsync();
        await ring.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ring.IsCompletedSuccessfully;
    }

    private void Tell(FollowedFiles files)
    {
        var faults = files.Faults.ToList();
        var waiting = files.Waiting.ToList();
        var parts = new List<string>();
        if (files.Following is > 0 and var following)
        {
            parts.Add(following == 1 ? "following 1 file" : $"following {following} files");
        }

        parts.AddRange(faults.Take(3));
        if (waiting.Count > 0)
        {
            parts.Add(waiting.Count == 1 ? $"waiting for {waiting[0]}" : $"waiting for {waiting[0]} and {waiting.Count - 1} more");
        }

        parts.AddRange(Oddities());
        var says = parts.Count == 0 ? "nothing to follow" : string.Join("; ", parts);
        if (Health.Says != says || Health.IsWell != (faults.Count == 0))
        {
            Health = new WatcherHealth(faults.Count == 0, says);
        }
    }

    private IEnumerable<string> Oddities() =>
        new (long Count, string What)[]
        {
            (log.Lines.CutLines, "long lines cut"),
            (log.Lines.CutEvents, "long events cut"),
            (log.Lines.InvalidText, "events were not UTF-8"),
            (log.Lines.NulBytes, "NUL bytes"),
            (log.Lines.BrokenJson, "events were broken JSON"),
            (log.DroppedTemplates, "kinds of lines forgotten, for there were too many"),
            (log.Lines.LostFiles, "times the end of a rotated file was not found"),
        }.Where(x => x.Count > 0).Select(x => $"{x.Count} {x.What}");

    private async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(LastWords, clock);
        try
        {
            using var turn = await handOver.TurnAsync(limit.Token);
            await handOver.DeliverAsync(Alarms(), limit.Token);
            await handOver.LeaveAsync(limit.Token);
        }
#pragma warning disable CA1031 // On the way out: what was not handed over is read again at the next start.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LeftUnsaved(e, service.Name);
        }
    }

    [LoggerMessage(2020, LogLevel.Warning, "Watching the logs of {Service} failed; trying again in {Delay}")]
    private partial void WatchFailed(Exception exception, ServiceName service, TimeSpan delay);

    [LoggerMessage(2021, LogLevel.Warning, "Stopped watching the logs of {Service} without saving the last position")]
    private partial void LeftUnsaved(Exception exception, ServiceName service);
}
