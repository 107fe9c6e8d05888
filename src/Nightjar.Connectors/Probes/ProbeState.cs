using System.Globalization;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Probes;

/// <summary>What is known of one probe: failures in a row, and when it was last told of.</summary>
internal sealed class ProbeState(Service service, HttpProbe probe)
{
    /// <summary>A signal repeats while the probe fails, but no oftener than this: one fold in ten seconds tells enough.</summary>
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(10);

    private readonly AnswerPace? pace = probe.Slow is { } slow ? new AnswerPace(slow) : null;
    private DateTimeOffset? toldAt;
    private long wellAt;

    public HttpProbe Probe => probe;

    public ServiceName Service => service.Name;

    /// <summary>When it was last well; read by others while the watcher writes it.</summary>
    public DateTimeOffset? WellAt => Interlocked.Read(ref wellAt) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public string Name => $"{service.Name}/{probe.Name}";

    public int Failures { get; private set; }

    /// <summary>What came at the last failure of those in a row.</summary>
    public string LastFailure { get; private set; } = "";

    /// <summary>False until the first look at it has ended.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>When it was last well again after a signal, and how often it had failed.</summary>
    public (DateTimeOffset At, string Says)? Recovery { get; private set; }

    /// <summary>True when this result ended a row of failures long enough to have been a signal.</summary>
    public bool Recovered { get; private set; }

    /// <summary>Takes in a result; returns the signal that it makes, if it makes one.</summary>
    public Signal? Take(ProbeResult result, DateTimeOffset now)
    {
        IsKnown = true;
        var isSlow = false;
        if (result.IsWell && pace?.Take(result.Took) is { } late)
        {
            isSlow = true;
            result = new ProbeResult(false, $"GET {Web.Shown(probe.Url)}: {late}", "") { Condition = "slow-responses" };
        }

        Recovered = result.IsWell && toldAt is not null;
        if (result.IsWell)
        {
            Interlocked.Exchange(ref wellAt, now.UtcTicks);
            Recovery = Recovered ? (now, string.Create(CultureInfo.InvariantCulture, $"{Name} recovered at {now.UtcDateTime:HH:mm:ss} UTC after {Failures} failures")) : Recovery;
            (Failures, LastFailure, toldAt) = (0, "", null);
            return null;
        }

        Failures++;
        LastFailure = result.Says;
        // That it is slow was seen several times already.
        if ((Failures < probe.Failures && !isSlow) || now - toldAt < Repeat)
        {
            return null;
        }

        toldAt = now;
        return new Signal
        {
            Kind = SignalKind.ProbeFailure,
            Service = service.Name,
            At = now,
            Source = probe.Name,
            Severity = isSlow ? Severity.Warning : Severity.Critical,
            Condition = result.Condition,
            Message = isSlow ? result.Says : string.Create(CultureInfo.InvariantCulture, $"{result.Says} ({Failures} in a row)"),
            Samples = result.Body.Length > 0 ? [result.Body] : [],
        };
    }
}
