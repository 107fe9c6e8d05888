using System.Collections.Immutable;
using Nightjar.Core.Evidence;

namespace Nightjar.Core.Signals;

/// <summary>
/// What is remembered of one workload between looks at its container: a value, changed by what happens and by each look. A container that
/// replaces another of the same name goes on with its deaths, for the workload is the same.
/// </summary>
public sealed record ContainerTrack
{
    public static readonly TimeSpan LoopWindow = TimeSpan.FromHours(1);

    /// <summary>Deaths remembered: more than any threshold asks for.</summary>
    private const int MostDeaths = 100;

    /// <summary>A stop is told this soon after the death that it caused.</summary>
    private static readonly TimeSpan StopAfterDeath = TimeSpan.FromSeconds(5);

    /// <summary>An engine that is told to end gives its containers 15 s.</summary>
    private static readonly TimeSpan EngineEnds = TimeSpan.FromSeconds(20);

    public string Id { get; init; } = "";

    /// <summary>When it died in the last hour, but for those deaths that somebody asked for.</summary>
    public ImmutableArray<DateTimeOffset> Deaths { get; init; } = [];

    /// <summary>When somebody had it stopped; null once it runs again.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>When somebody had it sent a signal; null once it starts.</summary>
    public DateTimeOffset? SignalledAt { get; init; }

    /// <summary>When it last ran into its memory limit.</summary>
    public DateTimeOffset? OutOfMemoryAt { get; init; }

    /// <summary>For how long every look has found its memory over the mark; null when the last one did not.</summary>
    public TimeSpan? MemoryHighFor { get; init; }

    /// <summary>Looks in a row at which its health URL did not answer as it should.</summary>
    public int UrlFailures { get; init; }

    /// <summary>The engine's count of restarts when this container was first seen.</summary>
    private int RestartsAtFirst { get; init; }

    /// <summary>Deaths of this container that were counted since then.</summary>
    private int Counted { get; init; }

    /// <summary>Those of them that a look knew of before their event came, or that have none.</summary>
    private int Ahead { get; init; }

    private DateTimeOffset? LookedAt { get; init; }

    private bool IsKnown { get; init; }

    /// <summary>Something happened.</summary>
    public ContainerTrack After(ContainerEvent happened) => happened.What switch
    {
        ContainerHappening.Started => this with { StoppedAt = null, SignalledAt = null },
        ContainerHappening.Signalled => this with { SignalledAt = happened.At },
        ContainerHappening.Died => Ahead > 0 ? this with { Ahead = Ahead - 1 } : this with { Deaths = Recent(Deaths.Add(happened.At), happened.At), Counted = Counted + 1 },
        ContainerHappening.Stopped => this with { StoppedAt = happened.At, Deaths = [.. Deaths.Where(d => d < happened.At - StopAfterDeath || d > happened.At)] },
        ContainerHappening.OutOfMemory => this with { OutOfMemoryAt = happened.At },
        _ => this,
    };

    /// <summary>It was looked at; restarts that no event told of are made up for from the engine's count.</summary>
    /// <param name="every">The pace of the looks: no more than twice that can have passed since the last one, whatever the clock says.</param>
    public ContainerTrack After(ContainerLook look, TimeSpan every)
    {
        var track = this with
        {
            LookedAt = look.At,
            MemoryHighFor = HighFor(look, every),
            UrlFailures = look switch
            {
                { State.Status: not ContainerStatus.Running } or { Url.IsWell: true } => 0,
                { Url: null } => UrlFailures,
                _ => ContainerDetector.IsStarting(look) ? 0 : UrlFailures + 1,
            },
            StoppedAt = look.State.StartedAt > StoppedAt ? null : StoppedAt,
            SignalledAt = look.State.StartedAt > SignalledAt ? null : SignalledAt,
        };
        return track.WithRestarts(look.State, look.At);
    }

    /// <summary>The engine went away, and may have ended its containers itself: what it stopped just before, nobody asked for.</summary>
    public ContainerTrack AfterEngineLeft(DateTimeOffset at) =>
        StoppedAt is { } stopped && (at - stopped).Duration() <= EngineEnds ? this with { StoppedAt = null, SignalledAt = stopped } : this;

    /// <summary>A look that measured no memory changes nothing while the container runs.</summary>
    private TimeSpan? HighFor(ContainerLook look, TimeSpan every)
    {
        if (look.State.Status != ContainerStatus.Running || look.MemoryShare < ContainerDetector.MemoryMark)
        {
            return null;
        }

        if (look.MemoryShare is null || MemoryHighFor is not { } before)
        {
            return look.MemoryShare is null ? MemoryHighFor : TimeSpan.Zero;
        }

        var passed = look.At - (LookedAt ?? look.At);
        return before + TimeSpan.FromTicks(Math.Clamp(passed.Ticks, 0, (every * 2).Ticks));
    }

    private ContainerTrack WithRestarts(ContainerState state, DateTimeOffset now)
    {
        if (!IsKnown || Id != state.Id || state.Restarts < RestartsAtFirst)
        {
            return this with { IsKnown = true, Id = state.Id, RestartsAtFirst = state.Restarts, Counted = 0, Ahead = 0, Deaths = Recent(Deaths, now) };
        }

        var missed = Math.Clamp(state.Restarts - RestartsAtFirst - Counted, 0, MostDeaths);
        return this with { Counted = Counted + missed, Ahead = Ahead + missed, Deaths = Recent([.. Deaths, .. Enumerable.Repeat(now, missed)], now) };
    }

    /// <summary>After a step of the clock what seems to lie ahead is forgotten.</summary>
    private static ImmutableArray<DateTimeOffset> Recent(ImmutableArray<DateTimeOffset> deaths, DateTimeOffset now)
    {
        var recent = deaths.Where(d => d > now - LoopWindow && d <= now + LoopWindow).ToList();
        return [.. recent.Skip(recent.Count - MostDeaths)];
    }
}
