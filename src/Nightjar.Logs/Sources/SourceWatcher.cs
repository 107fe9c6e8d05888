using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Files;

namespace Nightjar.Logs.Sources;

/// <summary>Follows one source of lines that are not in files, and again when it goes away. At rest it waits for the source alone.</summary>
internal sealed partial class SourceWatcher(ILineSource source, ServiceLog log, HandOver handOver, TimeProvider clock, ILogger logger) : IWatcher
{
    /// <summary>Lines that come in faster are taken in together for at most so long, and judged once.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the last hand-over may take when the watcher is stopped.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(3);

    private readonly SourceStreams streams = new(log, clock);
    private readonly SourceMarks marks = new();
    private readonly RetryPace pace = new(clock);
    private readonly RetryPace givingPace = new(clock);
    private long batches;
    private long lines;
    private long judged;

    public string Name => $"{source.Name} of {source.Service}";

    public WatcherHealth Health { get; private set; } = new(true, "not started yet");

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await GiveAsync(JoinAsync, cancellationToken);
            while (true)
            {
                var fault = await FollowAsync(cancellationToken);
                await GiveAsync(GiveAllAsync, cancellationToken);
                await Task.Delay(fault is null ? Ended() : Failed(fault), clock, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await LeaveAsync();
        }
    }

    private TimeSpan Ended()
    {
        Health = new WatcherHealth(true, string.Create(CultureInfo.InvariantCulture, $"ended after {lines} lines"));
        SourceEnded(source.Name, source.Service, lines);
        return Timeout.InfiniteTimeSpan;
    }

    private TimeSpan Failed(string fault)
    {
        var delay = pace.Failed();
        Health = new WatcherHealth(false, $"cannot be followed, trying again: {fault}");
        FollowFailed(source.Name, source.Service, fault, delay);
        return delay;
    }

    private async Task JoinAsync(CancellationToken cancellationToken) =>
        marks.Read(await handOver.JoinAsync(source.Name, marks.Write, cancellationToken));

    /// <summary>Returns why the source went away; null when nothing more can come of it.</summary>
    private async Task<string?> FollowAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var given = source.FollowAsync(marks.Given, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = Task.FromResult(false);
        try
        {
            next = given.MoveNextAsync().AsTask();
            Tell();
            while (true)
            {
                await WaitAsync(next, cancellationToken);
                if (next.IsCompleted && !await next)
                {
                    return null;
                }

                await GiveAsync(
                    async ct =>
                    {
                        // What could not be given away last time goes first: nothing more is taken in until it is.
                        await handOver.DeliverAsync([], ct);
                        next = Take(given, next);
                        await HandOverAsync(ct);
                    },
                    cancellationToken);
                Tell();
            }
        }
#pragma warning disable CA1031 // A watcher survives whatever its source does: it says so and follows again.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return e.Message;
        }
        finally
        {
            await stop.CancelAsync();
            await EndAsync(given, next);
        }
    }

    private async Task EndAsync(IAsyncEnumerator<LineBatch> given, Task<bool> next)
    {
        if (await Task.WhenAny(next, Task.Delay(LastWords, clock)) != next)
        {
            // It does not hear that it is told to stop; it cannot be let go of, either.
            return;
        }

        if (next is { IsCompletedSuccessfully: true, Result: true })
        {
            // It came while we were told to stop: a source without marks would not give it again.
            TakeIn(given.Current);
        }

        await given.DisposeAsync();
    }

    /// <summary>Until there is more, an open event is over, or what was taken in is due on disk.</summary>
    private async Task WaitAsync(Task next, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var due = new[] { streams.QuietIn, handOver.CommitIn }.Min() ?? Timeout.InfiniteTimeSpan;
        await Task.WhenAny(next, Task.Delay(due, clock, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Takes in what has come; returns the task of what comes next. One that has failed or ended is left to the caller.</summary>
    private Task<bool> Take(IAsyncEnumerator<LineBatch> given, Task<bool> next)
    {
        var began = clock.GetTimestamp();
        while (next is { IsCompletedSuccessfully: true, Result: true } && clock.GetElapsedTime(began) < Together)
        {
            TakeIn(given.Current);
            pace.Succeeded();
            next = given.MoveNextAsync().AsTask();
        }

        return next;
    }

    private void TakeIn(LineBatch batch)
    {
        batches++;
        lines += batch.Lines.Count;
        streams.Take(batch, batches);
        marks.Take(batch, batches);
    }

    private async Task HandOverAsync(CancellationToken cancellationToken)
    {
        streams.FlushQuiet();
        marks.Settle(streams.OpenSince);
        await handOver.DeliverAsync(Alarms(), cancellationToken);
        await handOver.CommitDueAsync(cancellationToken);
    }

    /// <summary>Nothing more comes for now: no event is waited for.</summary>
    private async Task GiveAllAsync(CancellationToken cancellationToken)
    {
        streams.FlushAll();
        await HandOverAsync(cancellationToken);
        await handOver.CommitAsync(cancellationToken);
    }

    private ImmutableArray<Signal> Alarms()
    {
        var open = streams.Open;
        if (log.Events == judged && open.Count == 0)
        {
            return [];
        }

        judged = log.Events;
        return log.Alarms(open);
    }

    /// <summary>Does it in its turn, again and again until door and store take what is given: the source is not let go of meanwhile.</summary>
    private async Task GiveAsync(Func<CancellationToken, Task> give, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var turn = await handOver.TurnAsync(cancellationToken);
                await give(cancellationToken);
                givingPace.Succeeded();
                return;
            }
#pragma warning disable CA1031 // Whatever keeps it from being taken (a full disk, say), it is kept and given again.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                var delay = givingPace.Failed();
                Health = new WatcherHealth(false, $"cannot hand over, trying again: {e.Message}");
                HandOverFailed(e, source.Name, source.Service, delay);
                await Task.Delay(delay, clock, cancellationToken);
            }
        }
    }

    private void Tell()
    {
        var says = streams.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"following {streams.Count} streams") : "following";
        if (!Health.IsWell || Health.Says != says)
        {
            Health = new WatcherHealth(true, says);
        }
    }

    private async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(LastWords, clock);
        try
        {
            using var turn = await handOver.TurnAsync(limit.Token);
            await GiveAllAsync(limit.Token);
            await handOver.LeaveAsync(limit.Token);
        }
#pragma warning disable CA1031 // On the way out: what was not handed over is read again at the next start.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LeftUnsaved(e, source.Name, source.Service);
        }
    }

    [LoggerMessage(2100, LogLevel.Warning, "{Source} of {Service} could not be followed: {Why}; trying again in {Delay}")]
    private partial void FollowFailed(string source, ServiceName service, string why, TimeSpan delay);

    [LoggerMessage(2101, LogLevel.Information, "{Source} of {Service} ended after {Lines} lines")]
    private partial void SourceEnded(string source, ServiceName service, long lines);

    [LoggerMessage(2102, LogLevel.Warning, "What {Source} of {Service} said could not be handed over; trying again in {Delay}")]
    private partial void HandOverFailed(Exception exception, string source, ServiceName service, TimeSpan delay);

    [LoggerMessage(2103, LogLevel.Warning, "Stopped following {Source} of {Service} without saving the last position")]
    private partial void LeftUnsaved(Exception exception, string source, ServiceName service);
}
