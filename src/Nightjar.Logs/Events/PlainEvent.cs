using System.Globalization;

namespace Nightjar.Logs.Events;

/// <summary>Reads an event in plain text: a time, a level and the rest; access log lines and <c>key=value</c> lines among them.</summary>
internal static class PlainEvent
{
    public static void Read(string text, DateTimeOffset arrival, RawEvent raw)
    {
        var newline = text.IndexOf('\n', StringComparison.Ordinal);
        var line = newline < 0 ? text.AsSpan() : text.AsSpan(0, newline);
        var syslog = SyslogLevel(ref line);
        raw.Time = Timestamps.Leading(line, arrival, out var length);
        raw.Level = syslog ?? KlogLevel(line, raw.Time is not null) ?? Levels.Leading(line[length..]);
        raw.Trace = newline < 0 ? null : text;

        var rest = line[length..].TrimStart(" \t]:-|");
        if (AccessStatus(line) is { } status)
        {
            raw.Status = status;
            raw.Time ??= BracketedTime(line, arrival);
        }
        else
        {
            ReadPairs(rest, arrival, raw);
            raw.Status ??= Responded(rest);
        }

        raw.Message ??= rest.ToString();
        if (IsCrash(line))
        {
            raw.Level = LogLevel.Fatal;
        }
    }

    /// <summary>The number that syslog and the journal put before a line, facility and level in one: <c>&lt;3&gt;out of memory</c> (RFC 5424, 6.2.1).</summary>
    private static LogLevel? SyslogLevel(ref ReadOnlySpan<char> line)
    {
        var end = line.Length > 2 && line[0] == '<' ? line.IndexOf('>') : -1;
        if (end is < 2 or > 4 || !int.TryParse(line[1..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 191)
        {
            return null;
        }

        line = line[(end + 1)..];
        return Levels.Numbered(number & 7);
    }

    private static LogLevel? KlogLevel(ReadOnlySpan<char> line, bool hasTime) =>
        hasTime && line.Length > 5 && char.IsAsciiDigit(line[1])
            ? line[0] switch { 'E' => LogLevel.Error, 'F' => LogLevel.Fatal, 'W' => LogLevel.Warning, 'I' => LogLevel.Info, _ => null }
            : null;

    private static bool IsCrash(ReadOnlySpan<char> line) =>
        line.StartsWith("panic: ", StringComparison.Ordinal)
        || line.StartsWith("fatal error: ", StringComparison.Ordinal)
        || line.StartsWith("Unhandled exception", StringComparison.OrdinalIgnoreCase)
        || line.StartsWith("Exception in thread ", StringComparison.Ordinal);

    /// <summary>The status in <c>"GET / HTTP/1.1" 500 12</c>.</summary>
    private static int? AccessStatus(ReadOnlySpan<char> line)
    {
        const string protocol = " HTTP/";
        var at = line.IndexOf(protocol, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var tail = line[(at + protocol.Length)..];
        var quote = tail.IndexOf('"');
        return quote is >= 0 and <= 4 ? StatusAt(tail[(quote + 1)..].TrimStart()) : null;
    }

    private static Moment? BracketedTime(ReadOnlySpan<char> line, DateTimeOffset arrival)
    {
        var open = line.IndexOf('[');
        return open < 0 ? null : Timestamps.Leading(line[open..], arrival, out _);
    }

    /// <summary>The status in <c>HTTP GET /x responded 500 in 12 ms</c>.</summary>
    private static int? Responded(ReadOnlySpan<char> text)
    {
        const string word = " responded ";
        var at = text.IndexOf(word, StringComparison.Ordinal);
        return at < 0 ? null : StatusAt(text[(at + word.Length)..]);
    }

    private static int? StatusAt(ReadOnlySpan<char> text) =>
        text.Length >= 3
        && (text.Length == 3 || !char.IsAsciiLetterOrDigit(text[3]))
        && int.TryParse(text[..3], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
        && status is >= 100 and <= 599
            ? status
            : null;

    /// <summary>The pairs of a <c>key=value key="value"</c> line that say something to us.</summary>
    private static void ReadPairs(ReadOnlySpan<char> line, DateTimeOffset arrival, RawEvent raw)
    {
        var rest = line;
        while (rest.IndexOf('=') is > 0 and var equals)
        {
            var key = rest[..equals];
            key = key[(key.LastIndexOf(' ') + 1)..];
            var value = rest[(equals + 1)..];
            var quoted = value.Length > 0 && value[0] == '"';
            value = quoted ? value[1..] : value;
            var end = quoted ? ClosingQuote(value) : value.IndexOf(' ');
            end = end < 0 ? value.Length : end;
            TakePair(key, value[..end], quoted, arrival, raw);
            rest = value[end..];
        }
    }

    private static void TakePair(ReadOnlySpan<char> key, ReadOnlySpan<char> value, bool quoted, DateTimeOffset arrival, RawEvent raw)
    {
        switch (key)
        {
            case "time" or "ts" or "timestamp":
                raw.Time ??= Timestamps.Leading(value, arrival, out _);
                break;
            case "level" or "lvl" or "severity":
                raw.Level = Levels.Named(value) is not LogLevel.Unknown and var level ? level : raw.Level;
                break;
            case "msg" or "message" when quoted:
                raw.Message ??= value.ToString();
                break;
            case "status" or "status_code" or "statusCode" or "http_status":
                raw.Status ??= value.Length == 3 ? StatusAt(value) : null;
                break;
            case "err" or "error":
                raw.ErrorMessage ??= value.ToString();
                break;
            case "error_class" or "errorClass" or "exception":
                raw.ErrorClass ??= value.ToString();
                break;
        }
    }

    private static int ClosingQuote(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
            {
                return i;
            }
        }

        return -1;
    }
}
