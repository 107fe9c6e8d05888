using System.Globalization;
using Nightjar.Logs.Events;

namespace Nightjar.Logs.Templates;

/// <summary>One template with what is counted of it.</summary>
internal sealed class MinedTemplate(ulong key, string text, LogEvent first)
{
    private const int LongestSample = 400;

    public ulong Key => key;

    public string Id { get; } = key.ToString("x16", CultureInfo.InvariantCulture);

    public string Text => text;

    public LogLevel Level { get; private set; } = first.Level;

    public DateTimeOffset FirstSeen { get; private set; } = first.At;

    public DateTimeOffset LastSeen { get; private set; } = first.At;

    public string Sample { get; } = first.Raw.Length > LongestSample ? first.Raw[..LongestSample] : first.Raw;

    public MinuteCounts Counts { get; } = new();

    public void Seen(LogEvent line)
    {
        Level = line.Level > Level ? line.Level : Level;
        FirstSeen = line.At < FirstSeen ? line.At : FirstSeen;
        LastSeen = line.At > LastSeen ? line.At : LastSeen;
        Counts.Add(line.At);
    }
}

/// <summary>Learns the templates of one service's messages as they come.</summary>
internal sealed class TemplateMiner
{
    /// <summary>Kinds of messages of one service; 2,000 of at most 2 kB are 4 MB. Past it the one unused for longest goes.</summary>
    public const int MostTemplates = 2_000;

    private readonly Dictionary<ulong, LinkedListNode<MinedTemplate>> byKey = [];
    private readonly LinkedList<MinedTemplate> byUse = new();

    /// <summary>Templates that had to go.</summary>
    public long Dropped { get; private set; }

    public IEnumerable<MinedTemplate> Templates => byUse;

    public MinedTemplate Learn(LogEvent line)
    {
        var text = line.Template ?? line.Message;
        var key = Skeleton.Key(text);
        if (byKey.TryGetValue(key, out var node))
        {
            byUse.Remove(node);
        }
        else
        {
            node = new LinkedListNode<MinedTemplate>(new MinedTemplate(key, Skeleton.Text(text), line));
            byKey.Add(key, node);
            DropOldest();
        }

        byUse.AddLast(node);
        node.Value.Seen(line);
        return node.Value;
    }

    private void DropOldest()
    {
        if (byKey.Count > MostTemplates && byUse.First is { } oldest)
        {
            byKey.Remove(oldest.Value.Key);
            byUse.RemoveFirst();
            Dropped++;
        }
    }
}
