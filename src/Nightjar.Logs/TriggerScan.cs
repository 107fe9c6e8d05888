using System.Buffers;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Events;

namespace Nightjar.Logs;

/// <summary>Looks in every event for the text that a person wants to hear of.</summary>
internal sealed partial class TriggerScan(Service service)
{
    /// <summary>For the few expressions that only backtracking can match.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);

    private readonly ImmutableArray<Trigger> triggers = [.. service.AlertPatterns.Select(p => new Trigger(p.Pattern, p.Condition)), .. service.Triggers.Select(t => new Trigger(t))];

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
                    Condition = trigger.Condition,
                    Severity = line.Level == LogLevel.Fatal ? Severity.Critical : Severity.Warning,
                    Samples = [line.Raw],
                };
            }
        }

        return null;
    }

    /// <summary>The raw text, and the message too, because JSON writes it with escapes.</summary>
    private bool Matches(Trigger trigger, LogEvent line)
    {
        try
        {
            return trigger.IsIn(line.Raw) || trigger.IsIn(line.Message) || (line.TraceText is { } trace && trigger.IsIn(trace));
        }
        catch (RegexMatchTimeoutException)
        {
            TimedOut++;
            return false;
        }
    }

    /// <summary>An expression. Most are plain words with <c>|</c> between them: those are looked for all at once, as fast as memory is read.</summary>
    internal sealed class Trigger
    {
        private readonly string expression;
        private readonly SearchValues<string>? words;
        private readonly Regex regex;

        /// <param name="condition">The alert type that it is a pattern of; null for the service's own triggers.</param>
        public Trigger(string expression, string? condition = null)
        {
            Condition = condition;
            this.expression = expression;
            regex = Compile(expression);
            words = PlainWords().IsMatch(expression) ? SearchValues.Create(expression.Split('|'), StringComparison.Ordinal) : null;
        }

        public string? Condition { get; }

        public bool IsIn(ReadOnlySpan<char> text) => words is not null ? text.ContainsAny(words) : regex.IsMatch(text);

        /// <summary>Where it begins; -1 when it is not in the text.</summary>
        public int IndexIn(ReadOnlySpan<char> text)
        {
            if (words is not null)
            {
                return text.IndexOfAny(words);
            }

            foreach (var match in regex.EnumerateMatches(text))
            {
                return match.Index;
            }

            return -1;
        }

        public override string ToString() => expression;
    }

    [GeneratedRegex(@"^[\w :/@=,;""'<>%&!~-]+(?:\|[\w :/@=,;""'<>%&!~-]+)*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PlainWords();
}
