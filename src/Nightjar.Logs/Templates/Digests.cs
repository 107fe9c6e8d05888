using Nightjar.Core.Evidence;
using Nightjar.Logs.Events;

namespace Nightjar.Logs.Templates;

/// <summary>Sums over all lines of one service.</summary>
internal sealed class DigestCounts(DateTimeOffset? first = null, IEnumerable<(long Minute, long Count)>? lines = null, IEnumerable<(long Minute, long Count)>? errors = null)
{
    public MinuteCounts Lines { get; } = new(lines);

    public MinuteCounts Errors { get; } = new(errors);

    /// <summary>When the first line was seen; what came right after it is not new, only first.</summary>
    public DateTimeOffset? First { get; private set; } = first;

    public void Add(LogEvent line)
    {
        First ??= line.At;
        Lines.Add(line.At);
        if (line.IsError)
        {
            Errors.Add(line.At);
        }
    }
}

/// <summary>Tells what the logs said around an onset, against the same length of time before it.</summary>
internal static class Digests
{
    /// <summary>Templates told: people read a screen, and an investigator ranks them anyway.</summary>
    private const int MostTemplates = 60;

    private const int MostGroups = 30;

    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <summary>Before a service was heard for this long, its first lines cannot be called new.</summary>
    private static readonly TimeSpan Acquaintance = TimeSpan.FromSeconds(5);

    /// <param name="slack">The onset may be told as the end of the window in which it began.</param>
    public static LogDigest Make(
        DateTimeOffset onset, DateTimeOffset now, TimeSpan slack, DigestCounts counts, IEnumerable<MinedTemplate> templates, IEnumerable<MinedError> errors)
    {
        var span = TimeSpan.FromTicks(Math.Clamp((now - onset).Ticks, Shortest.Ticks, Longest.Ticks));
        var from = onset - span;
        var end = now.AddMinutes(1);
        var start = onset - slack;
        return new LogDigest
        {
            From = from,
            To = now,
            Lines = counts.Lines.Between(from, end),
            Errors = counts.Errors.Between(from, end),
            Templates = [.. templates
                .Select(t => Tell(t, from, start, end, counts.First))
                .Where(t => t.Count > 0)
                .OrderByDescending(t => t.Count)
                .Index()
                .OrderBy(x => x.Item.Trend == TemplateTrend.Steady && x.Index >= MostTemplates / 2)
                .Take(MostTemplates)
                .Select(x => x.Item)
                .OrderByDescending(t => t.Count)],
            ErrorGroups = [.. errors
                .Where(e => e.ErrorClass.Length > 0)
                .Select(e => new ErrorGroup(e.ErrorClass, e.Message, e.Counts.Between(from, end), e.FirstSeen, e.LastSeen, e.Frames, e.Sample))
                .Where(e => e.Count > 0)
                .OrderByDescending(e => e.Count)
                .Take(MostGroups)],
        };
    }

    private static LogTemplate Tell(MinedTemplate template, DateTimeOffset from, DateTimeOffset start, DateTimeOffset end, DateTimeOffset? first)
    {
        var after = template.Counts.Between(start, end);
        var before = template.Counts.Between(from, start);
        return new LogTemplate(
            template.Id, template.Text, template.Level.ToString(), after + before, template.FirstSeen, template.LastSeen, Trend(template, start, after, before, first), template.Sample);
    }

    /// <summary>Rising: at least twice as often, and often enough that chance does not explain it.</summary>
    private static TemplateTrend Trend(MinedTemplate template, DateTimeOffset start, long after, long before, DateTimeOffset? first)
    {
        const int chance = 5;
        if (template.FirstSeen >= start && before == 0 && template.FirstSeen - first >= Acquaintance)
        {
            return TemplateTrend.New;
        }

        return after >= (2 * before) + chance ? TemplateTrend.Rising : TemplateTrend.Steady;
    }
}
