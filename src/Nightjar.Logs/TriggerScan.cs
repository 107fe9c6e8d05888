using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Events;

namespace Nightjar.Logs;

/// <summary>Looks in every event for the text that a person wants to hear of.</summary>
internal sealed class TriggerScan(Service service)
{
    /// <summary>For the few expressions that only backtracking can match.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);

    private readonly ImmutableArray<Regex> triggers = [.. service.Triggers.Select(Compile)];

    /// <summary>Events on which an expression took too long; they count as no match.</summary>
    public long TimedOut { get; private set; }

    /// <exception cref="ArgumentException">A trigger is not a regular expression.</exception>
    public static Regex Compile(string expression)
    {
        try
        {
            return new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Timeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(expression, RegexOptions.CultureInvariant, Timeout);
        }
    }

    /// <summary>The signal of the first trigger that matches; null when none does.</summary>
    public Signal? Scan(LogEvent line)
    {
        foreach (var trigger in triggers)
        {
            if (Matches(trigger, line))
            {
                return new Signal
                {
                    Kind = SignalKind.LogTrigger,
                    Service = service.Name,
                    At = line.At,
                    ErrorClass = line.ErrorClass,
                    Message = line.ErrorMessage,
                    Frames = line.Frames,
                    Source = trigger.ToString(),
                    Severity = line.Level == LogLevel.Fatal ? Severity.Critical : Severity.Warning,
                    Samples = [line.Raw],
                };
            }
        }

        return null;
    }

    /// <summary>The raw text, and the message too, because JSON writes it with escapes.</summary>
    private bool Matches(Regex trigger, LogEvent line)
    {
        try
        {
            return trigger.IsMatch(line.Raw) || trigger.IsMatch(line.Message) || (line.TraceText is { } trace && trigger.IsMatch(trace));
        }
        catch (RegexMatchTimeoutException)
        {
            TimedOut++;
            return false;
        }
    }
}
