using System.Globalization;
using System.Threading.Channels;
using Nightjar.Core.Evidence;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Docker;

/// <summary>What the watcher does with what it sees.</summary>
internal sealed record WatcherHands(ContainerJudge Judge, FigureWriter Figures, EngineAbsence Absence);

/// <summary>
/// Watches the containers of the services: the engine's events for what changes, a sweep for what is. Three readers put what they find into
/// one queue, and one hand takes it out: nothing of a container is changed by two at once.
/// </summary>
internal sealed class DockerWatcher(DockerApi api, EngineReader engine, SweepReader sweeps, ContainerBook book, WatcherHands hands, DockerOptions options, TimeProvider clock) : IWatcher
{
    /// <summary>At the first look, what happened in the last hour is asked for: who stopped what. The engine remembers 256 events.</summary>
    private static readonly TimeSpan FirstLookBack = TimeSpan.FromHours(1);

    /// <summary>The engine gives what it remembers at once; where its clock is behind ours it would wait.</summary>
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromSeconds(5);

    /// <summary>After a signal was sent to a container, its end is judged so much later: a stop is told after the death that it causes.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(500);

    /// <summary>What waits to be taken in, about 1 MB; then its readers wait.</summary>
    private const int MostWaiting = 4_096;

    private long? lastEvent;

    public string Name => "docker";

    public WatcherHealth Health => new(!hands.Absence.IsAway, hands.Absence.Why ?? Says());

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await WatchAsync(cancellationToken);
            }
#pragma warning disable CA1031 // Whatever the engine or the store does, the watching goes on: the health says what it was.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (!hands.Absence.IsAway)
                {
                    EngineLeft();
                }

                var rest = await hands.Absence.FailedAsync(e is IOException ? EngineWords.OfFailure(options, e) : e, cancellationToken);
                await Task.Delay(rest, clock, cancellationToken);
            }
        }
    }

    /// <summary>Looks as often as it takes for anything to be a signal, and ends.</summary>
    public async Task ScanAsync(CancellationToken cancellationToken)
    {
        try
        {
            await api.HelloAsync(cancellationToken);
            await CatchUpAsync(cancellationToken);
            for (var look = 0; look < ContainerJudge.AbsentSweeps; look++)
            {
                await TakeAsync(await sweeps.ReadAsync(cancellationToken), cancellationToken);
            }
        }
        catch (Exception e) when (e is DockerException or IOException)
        {
            for (var failure = 0; failure < EngineAbsence.Failures; failure++)
            {
                await hands.Absence.FailedAsync(e, cancellationToken);
            }
        }
    }

    /// <summary>Until one of the readers fails, or the hand.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        api.Forget();
        var version = await api.HelloAsync(cancellationToken);
        var since = await CatchUpAsync(cancellationToken);
        hands.Absence.Back(version.Version ?? "");
        var (found, settling) = (Channel.CreateBounded<Found>(MostWaiting), Channel.CreateBounded<(string Name, long At)>(MostWaiting));
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] all =
        [
            ListenAsync(since, found.Writer, ends.Token),
            SweepAsync(found.Writer, ends.Token),
            SettleAsync(settling.Reader, found.Writer, ends.Token),
            TakeAsync(found.Reader, settling.Writer, ends.Token),
        ];
        try
        {
            await await Task.WhenAny(all);
        }
        finally
        {
            await ends.CancelAsync();
            await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What happened while nobody listened, as far as the engine remembers; the moment after which events are read from.</summary>
    private async Task<long> CatchUpAsync(CancellationToken cancellationToken)
    {
        var now = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var since = lastEvent ?? now - (FirstLookBack.Ticks * 100);
        using var limit = new CancellationTokenSource(LongestCatchUp);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await foreach (var (happened, at) in engine.EventsAsync(since, now, either.Token))
            {
                since = at;
                Note(happened);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What is left comes with the stream.
        }

        return since;
    }

    private async Task ListenAsync(long since, ChannelWriter<Found> found, CancellationToken cancellationToken)
    {
        await foreach (var (happened, at) in engine.EventsAsync(since, null, cancellationToken))
        {
            await found.WriteAsync(new Found.Happened(happened, at), cancellationToken);
        }

        throw new IOException("it ended its stream of events");
    }

    private async Task SweepAsync(ChannelWriter<Found> found, CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(options.Sweep, clock);
        do
        {
            await found.WriteAsync(new Found.Swept(await sweeps.ReadAsync(cancellationToken)), cancellationToken);
        }
        while (await tick.WaitForNextTickAsync(cancellationToken));
    }

    private async Task SettleAsync(ChannelReader<(string Name, long At)> settling, ChannelWriter<Found> found, CancellationToken cancellationToken)
    {
        await foreach (var (name, at) in settling.ReadAllAsync(cancellationToken))
        {
            if (Settles - clock.GetElapsedTime(at) is var left && left > TimeSpan.Zero)
            {
                await Task.Delay(left, clock, cancellationToken);
            }

            await found.WriteAsync(new Found.Settled(name), cancellationToken);
        }
    }

    private async Task TakeAsync(ChannelReader<Found> found, ChannelWriter<(string Name, long At)> settling, CancellationToken cancellationToken)
    {
        await foreach (var one in found.ReadAllAsync(cancellationToken))
        {
            switch (one)
            {
                case Found.Happened(var happened, var at):
                    lastEvent = at;
                    await HeedAsync(happened, settling, cancellationToken);
                    break;
                case Found.Settled(var name) when book.Find(name) is { } container:
                    await LookAsync(container, cancellationToken);
                    break;
                case Found.Swept(var result):
                    await TakeAsync(result, cancellationToken);
                    break;
            }
        }
    }

    private async Task HeedAsync(ContainerEvent happened, ChannelWriter<(string Name, long At)> settling, CancellationToken cancellationToken)
    {
        if (Note(happened) is not { } container || happened.What == ContainerHappening.Signalled)
        {
            return;
        }

        // An end by hand and one for want of memory are told in two events; the second says what the first one meant.
        var settles = happened.What == ContainerHappening.OutOfMemory || (happened.What == ContainerHappening.Died && container.Track.SignalledAt is not null);
        if (!settles || !settling.TryWrite((happened.Name, clock.GetTimestamp())))
        {
            await LookAsync(container, cancellationToken);
        }
    }

    private async Task TakeAsync(SweepResult result, CancellationToken cancellationToken)
    {
        foreach (var (container, _, look) in result.Looks.Where(l => ReferenceEquals(l.Before, l.Container.Look)))
        {
            await hands.Judge.TakeAsync(container, look, cancellationToken);
        }

        var now = clock.GetUtcNow();
        await hands.Judge.MissAsync(result.Present, now, cancellationToken);
        book.Forget(result.Present, now);
        await hands.Figures.WriteAsync(result.Looks.Select(l => l.Container), now, cancellationToken);
    }

    /// <summary>Null for a container that nobody looks after.</summary>
    private WatchedContainer? Note(ContainerEvent happened)
    {
        if (book.Meet(happened.Name, happened.Labels) is not { } container)
        {
            return null;
        }

        container.Track = container.Track.After(happened);
        return container;
    }

    /// <summary>A container that is gone by now is left to the sweep.</summary>
    private async Task LookAsync(WatchedContainer container, CancellationToken cancellationToken)
    {
        if (await sweeps.LookNowAsync(container.Name, withUsage: false, cancellationToken) is { } seen)
        {
            await hands.Judge.TakeAsync(container, seen.Look, cancellationToken);
        }
    }

    private void EngineLeft()
    {
        foreach (var container in book.All)
        {
            container.Track = container.Track.AfterEngineLeft(clock.GetUtcNow());
        }
    }

    private string Says()
    {
        const int most = 5;
        var all = book.All.Where(c => c.Look is not null || c.Told is not null).ToList();
        var ill = all.Where(c => c.Told is not null).OrderBy(c => c.Name, StringComparer.Ordinal).ToList();
        var told = string.Join(", ", ill.Take(most).Select(c => $"{c.Name} ({c.Told?.Condition})"));
        return string.Create(CultureInfo.InvariantCulture, $"{all.Count} {(all.Count == 1 ? "container" : "containers")} looked after{(ill.Count == 0 ? "" : $", not well: {told}{(ill.Count > most ? $" and {ill.Count - most} more" : "")}")}");
    }

    private abstract record Found
    {
        public sealed record Happened(ContainerEvent What, long At) : Found;

        public sealed record Settled(string Name) : Found;

        public sealed record Swept(SweepResult Result) : Found;
    }
}
