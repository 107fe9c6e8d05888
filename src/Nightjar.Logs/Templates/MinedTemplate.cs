using System.Globalization;
using Nightjar.Logs.Events;

namespace Nightjar.Logs.Templates;

/// <summary>One template with what is counted of it.</summary>
internal sealed class MinedTemplate(ulong key, string text, LogEvent first)
{
    private const int LongestSample = 400;

    public ulong Key => key;

    public string Id { get; } = key.ToString("x16", CultureInfo.InvariantCulture);

    public string Text { get; set; } = text;

    public LogLevel Level { get; private set; } = first.Level;

    public DateTimeOffset FirstSeen { get; private set; } = first.At;

    public DateTimeOffset LastSeen { get; private set; } = first.At;

    public string Sample { get; } = first.Raw.Length > LongestSample ? first.Raw[..LongestSample] : first.Raw;

    public MinuteCounts Counts { get; private init; } = new();

    public static MinedTemplate Of(KeptTemplate kept) =>
        new(kept.Key, kept.Text, new LogEvent { At = kept.FirstSeen, Level = kept.Level, Raw = kept.Sample }) { LastSeen = kept.LastSeen, Counts = new MinuteCounts(kept.Counts) };

    public void Seen(LogEvent line)
    {
        Level = line.Level > Level ? line.Level : Level;
        FirstSeen = line.At < FirstSeen ? line.At : FirstSeen;
        LastSeen = line.At > LastSeen ? line.At : LastSeen;
        Counts.Add(line.At);
    }

    /// <summary>Another template turned out to be the same one.</summary>
    public void Join(MinedTemplate other)
    {
        Level = other.Level > Level ? other.Level : Level;
        FirstSeen = other.FirstSeen < FirstSeen ? other.FirstSeen : FirstSeen;
        LastSeen = other.LastSeen > LastSeen ? other.LastSeen : LastSeen;
        Counts.Add(other.Counts);
    }
}
