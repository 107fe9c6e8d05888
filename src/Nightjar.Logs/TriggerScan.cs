using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Text.RegularExpressions;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Events;

namespace Nightjar.Logs;

/// <summary>Looks in every event for what a person wants to hear of.</summary>
internal sealed partial class TriggerScan(ServiceName service, ImmutableArray<LogTrigger> wanted)
{
    /// <summary>For the few expressions that only backtracking can match.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);

    /// <summary>Those that name a condition come first: they say more.</summary>
    private readonly ImmutableArray<Rule> rules = [.. wanted.OrderBy(t => t.Condition is null).Select(t => new Rule(t))];

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
        foreach (var rule in rules)
        {
            if (rule.Fits(line) && (rule.Pattern is null || Matches(rule.Pattern, line)))
            {
                return new Signal
                {
                    Kind = SignalKind.LogTrigger,
                    Service = service,
                    At = line.At,
                    ErrorClass = line.ErrorClass,
                    Message = line.ErrorMessage,
                    Frames = line.Frames,
                    Source = rule.Wanted.ToString(),
                    Condition = rule.Wanted.Condition,
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

    /// <summary>A trigger, ready to be compared.</summary>
    private sealed class Rule(LogTrigger wanted)
    {
        /// <summary>One for all services: an expression that never backtracks is a machine of some 100 kB, and a cluster has hundreds of services.</summary>
        private static readonly ConcurrentDictionary<string, Trigger> Shared = new(StringComparer.Ordinal);

        public LogTrigger Wanted => wanted;

        public Trigger? Pattern { get; } = wanted.Pattern is { } pattern ? Shared.GetOrAdd(pattern, p => new Trigger(p)) : null;

        /// <summary>All but the pattern, which is looked for last.</summary>
        public bool Fits(LogEvent line) => IsGraveEnough(line.Level) && (wanted.Exception is null || IsException(line));

        private bool IsGraveEnough(LogLevel level) => wanted.Level is not { } least || level >= Lowest(least);

        private static LogLevel Lowest(TriggerLevel least) => least switch
        {
            TriggerLevel.Warning => LogLevel.Warning,
            TriggerLevel.Error => LogLevel.Error,
            TriggerLevel.Fatal => LogLevel.Fatal,
        };

        private bool IsException(LogEvent line)
        {
            var name = line.ErrorClass;
            return name.Length > 0 && (IsNamed(name) || IsNamed(name.AsSpan(name.LastIndexOf('.') + 1)));
        }

        private bool IsNamed(ReadOnlySpan<char> name) => FileSystemName.MatchesSimpleExpression(wanted.Exception, name, ignoreCase: false);
    }

    /// <summary>An expression. Most are plain words with <c>|</c> between them: those are looked for all at once, as fast as memory is read.</summary>
    internal sealed class Trigger(string expression)
    {
        private readonly SearchValues<string>? words = PlainWords().IsMatch(expression) ? SearchValues.Create(expression.Split('|'), StringComparison.Ordinal) : null;

        /// <summary>Made when it is needed: its machine is a megabyte.</summary>
        private readonly Lazy<Regex> regex = new(() => Compile(expression));

        public bool IsIn(ReadOnlySpan<char> text) => words is not null ? text.ContainsAny(words) : regex.Value.IsMatch(text);

        /// <summary>Where it begins; -1 when it is not in the text.</summary>
        public int IndexIn(ReadOnlySpan<char> text)
        {
            if (words is not null)
            {
                return text.IndexOfAny(words);
            }

            foreach (var match in regex.Value.EnumerateMatches(text))
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
