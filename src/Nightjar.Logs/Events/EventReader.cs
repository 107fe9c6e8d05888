using System.Text;
using System.Text.Unicode;
using Nightjar.Core.Evidence.StackTraces;
using Nightjar.Logs.Lines;

namespace Nightjar.Logs.Events;

/// <summary>Makes an event of the text that the joiner gives. Whatever the bytes are, something comes of them.</summary>
internal sealed class EventReader(LineCounts counts, TimeZoneInfo zone)
{
    private readonly RawEvent raw = new();

    /// <param name="arrival">Now: the time of an event that gives none, or none that is believable.</param>
    /// <param name="isBacklog">The text was there before we came.</param>
    public LogEvent Read(ReadOnlySpan<byte> text, DateTimeOffset arrival, bool isBacklog)
    {
        raw.Clear();
        if (text.IndexOf((byte)0) >= 0 || !Utf8.IsValid(text))
        {
            text = Mended(text);
        }

        string? plain = null;
        if (!ReadJson(text, arrival))
        {
            raw.Clear();
            plain = Encoding.UTF8.GetString(text);
            PlainEvent.Read(plain, arrival, raw);
        }

        return Event(Sample(plain, text), arrival, isBacklog);
    }

    private bool ReadJson(ReadOnlySpan<byte> text, DateTimeOffset arrival)
    {
        if (text.IsEmpty || text[0] != '{')
        {
            return false;
        }

        var isJson = JsonEvent.TryRead(text, arrival, raw);
        if (!isJson)
        {
            counts.AddBrokenJson();
        }

        return isJson;
    }

    private LogEvent Event(string sample, DateTimeOffset arrival, bool isBacklog)
    {
        var message = FirstLine(raw.Message ?? raw.Template ?? raw.ErrorMessage ?? sample);
        var level = raw.Level;
        if (level == LogLevel.Unknown)
        {
            level = raw.Trace is not null && StackTrace.Parse(raw.Trace).Frames.Length > 0 || raw.ErrorClass is not null || raw.Status >= 500 ? LogLevel.Error : LogLevel.Unknown;
        }

        return new LogEvent
        {
            At = raw.Time?.Settle(arrival, isBacklog, zone) ?? arrival,
            Level = level,
            Message = message,
            Template = raw.Template,
            NamedClass = raw.ErrorClass?.Trim() ?? "",
            NamedMessage = raw.ErrorMessage,
            TraceText = raw.Trace ?? (level >= LogLevel.Error && raw.ErrorClass is null ? raw.Message : null),
            HttpStatus = raw.Status,
            Raw = sample,
        };
    }

    private static string FirstLine(string text)
    {
        var end = text.AsSpan().IndexOfAny('\n', '\r');
        return end < 0 ? text : text[..end];
    }

    private static string Sample(string? plain, ReadOnlySpan<byte> text)
    {
        if (plain is not null)
        {
            return plain.Length <= LogEvent.LongestRaw ? plain : plain[..LogEvent.LongestRaw];
        }

        // A cut inside a character leaves a replacement at the end, which is honest for a cut sample.
        return Encoding.UTF8.GetString(text.Length <= LogEvent.LongestRaw ? text : text[..LogEvent.LongestRaw]);
    }

    /// <summary>The same text with U+FFFD for what is not UTF-8 and for NUL bytes.</summary>
    private byte[] Mended(ReadOnlySpan<byte> text)
    {
        var nul = text.Count((byte)0);
        if (nul > 0)
        {
            counts.AddNulBytes(nul);
        }

        if (!Utf8.IsValid(text))
        {
            counts.AddInvalidText();
        }

        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).Replace('\0', '\uFFFD'));
    }
}
