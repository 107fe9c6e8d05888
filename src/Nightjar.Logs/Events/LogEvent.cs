using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.StackTraces;
using Nightjar.Core.Signals;

namespace Nightjar.Logs.Events;

/// <summary>How grave a line says it is.</summary>
internal enum LogLevel
{
    Unknown,
    Trace,
    Debug,
    Info,
    Warning,
    Error,
    Fatal,
}

/// <summary>One event of a log, whatever its format was.</summary>
internal sealed record LogEvent
{
    /// <summary>Characters of the raw text that are kept as a sample.</summary>
    public const int LongestRaw = 2_000;

    private StackTrace? trace;

    /// <summary>The event's own time where that is believable, else when it was read.</summary>
    public required DateTimeOffset At { get; init; }

    public LogLevel Level { get; init; }

    /// <summary>First line of what it says, without time and level.</summary>
    public string Message { get; init; } = "";

    /// <summary>The constant text that the writer gave with the values apart; null when only the result is known.</summary>
    public string? Template { get; init; }

    /// <summary>Exception type or error code that a field names; the trace may know better.</summary>
    public string NamedClass { get; init; } = "";

    public string? NamedMessage { get; init; }

    /// <summary>Text that holds a stack trace; null when there is none.</summary>
    public string? TraceText { get; init; }

    /// <summary>Set when the event is the outcome of a request.</summary>
    public int? HttpStatus { get; init; }

    public required string Raw { get; init; }

    public bool IsError => Level >= LogLevel.Error;

    /// <summary>An error, or a request that the service failed.</summary>
    public bool IsFailure => IsError || HttpStatus >= 500;

    public ImmutableArray<StackFrame> Frames => Trace.Frames;

    /// <summary>
    /// The class of the error. Wrappers say nothing about the problem, so where the outer class is one, it is the root cause's.
    /// </summary>
    public string ErrorClass
    {
        get
        {
            if (NamedClass.Length > 0 && !Fingerprint.IsGeneric(NamedClass))
            {
                return NamedClass;
            }

            var outer = Trace.ErrorClass.Length > 0 && (NamedClass.Length == 0 || Fingerprint.IsGeneric(NamedClass)) ? Trace.ErrorClass : NamedClass;
            return Fingerprint.IsGeneric(outer) && Trace.RootClass.Length > 0 ? Trace.RootClass : outer;
        }
    }

    /// <summary>What the error says, or the message of the event where it says nothing.</summary>
    public string ErrorMessage
    {
        get
        {
            if (NamedMessage is { Length: > 0 })
            {
                return NamedMessage;
            }

            var said = ErrorClass == Trace.RootClass ? Trace.RootMessage : Trace.Message;
            return said.Length > 0 ? said : Message;
        }
    }

    private StackTrace Trace => trace ??= TraceText is null ? StackTrace.None : StackTrace.Parse(TraceText);
}
