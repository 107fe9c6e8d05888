using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors;

/// <summary>Something that is looked at again and again, and is well or not: told when it begins, and at times while it lasts.</summary>
/// <param name="source">By which the incident knows it: <c>disk:/var</c>.</param>
/// <param name="repeat">Between two signals while it lasts and does not become graver.</param>
internal sealed class StandingFinding(ServiceName service, string source, string condition, TimeSpan repeat)
{
    private (DateTimeOffset At, Severity Severity)? told;
    private long wellAt;

    public ServiceName Service => service;

    public string Source => source;

    public bool IsStanding => told is not null;

    /// <summary>When it was last seen to be well; read by others while the watcher writes it.</summary>
    public DateTimeOffset? WellAt => Interlocked.Read(ref wellAt) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>True when it was not well before.</summary>
    public bool Well(DateTimeOffset now)
    {
        Interlocked.Exchange(ref wellAt, now.UtcTicks);
        var recovered = told is not null;
        told = null;
        return recovered;
    }

    /// <summary>The signal to hand over; null when it was told just before. To be called again with what the door did not take: <see cref="Untold"/>.</summary>
    public Signal? Found(string message, Severity severity, DateTimeOffset now)
    {
        if (told is var (at, known) && now - at < repeat && severity <= known)
        {
            return null;
        }

        told = (now, severity);
        return new Signal { Kind = SignalKind.Finding, Service = service, At = now, Source = source, Condition = condition, Severity = severity, Message = message };
    }

    /// <summary>It was not taken: it is told at the next look.</summary>
    public void Untold() => told = told is var (_, severity) ? (DateTimeOffset.MinValue, severity) : null;
}
