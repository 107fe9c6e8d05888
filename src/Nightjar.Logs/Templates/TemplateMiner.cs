using Nightjar.Logs.Events;

namespace Nightjar.Logs.Templates;

/// <summary>
/// Learns the templates of one service's messages as they come. A message whose constant part is known costs one look-up. Templates
/// that differ in one word are put together once that word has had five values.
/// </summary>
internal sealed class TemplateMiner
{
    /// <summary>Kinds of messages of one service; 2,000 of at most 5 kB are 10 MB. Past it the one unused for longest goes.</summary>
    public const int MostTemplates = 2_000;

    /// <summary>Different words at one place from which on it holds a value. At two or three, states (<c>started</c>, <c>stopped</c>) would pass for values.</summary>
    private const int FewestValues = 5;

    /// <summary>Keys that lead to one template; more of them are found by its open places, which takes longer.</summary>
    private const int MostKeys = 64;

    /// <summary>Open rows that lead to one template; each merging adds some, and more of them find little more.</summary>
    private const int MostMerged = 500;

    /// <summary>Values in one template that a new message is tried with: words to the power of this are looked up.</summary>
    private const int MostOpen = 2;

    private readonly Skeleton.Piece[] room = new Skeleton.Piece[Skeleton.MostPieces];
    private readonly Dictionary<ulong, Entry> byKey = [];
    private readonly Dictionary<ulong, List<Entry>> byHole = [];
    private readonly Dictionary<ulong, Entry> merged = [];
    private readonly LinkedList<Entry> byUse = new();
    private int deepest;

    /// <summary>Templates that had to go.</summary>
    public long Dropped { get; private set; }

    public IEnumerable<MinedTemplate> Templates => byUse.Select(e => e.Template);

    /// <summary>All that was learned, the template unused for longest first.</summary>
    public IReadOnlyList<KeptTemplate> Keep() =>
        [.. byUse.Select(e => new KeptTemplate(e.Template.Key, e.Template.Text, e.Template.Level, e.Template.FirstSeen, e.Template.LastSeen, e.Template.Sample, e.Template.Counts.Kept, e.Row, [.. e.Keys], [.. e.Merged]))];

    /// <summary>Goes on from what was kept; to be called before anything is learned.</summary>
    public void TakeUp(IEnumerable<KeptTemplate> templates)
    {
        foreach (var kept in templates)
        {
            var entry = new Entry(MinedTemplate.Of(kept), kept.Row);
            byUse.AddLast(entry.Use);
            deepest = Math.Min(MostOpen, Math.Max(deepest, kept.Row.OpenAt.Length));
            foreach (var key in kept.Keys)
            {
                Know(key, entry);
            }

            foreach (var hole in kept.Merged)
            {
                Lead(hole, entry);
            }

            foreach (var hole in kept.Row.Words.Select(kept.Row.Hole))
            {
                Stand(hole, entry);
            }
        }
    }

    public MinedTemplate Learn(LogEvent line)
    {
        var skeleton = new Skeleton(line.Template ?? line.Message, room);
        if (byKey.TryGetValue(skeleton.Key, out var entry))
        {
            if (entry.Use.Next is not null)
            {
                byUse.Remove(entry.Use);
                byUse.AddLast(entry.Use);
            }
        }
        else
        {
            entry = Meet(skeleton, line);
        }

        entry.Template.Seen(line);
        return entry.Template;
    }

    /// <summary>Names the kind of a message without learning from it.</summary>
    public ulong KeyOf(string message)
    {
        var skeleton = new Skeleton(message, room);
        return (byKey.GetValueOrDefault(skeleton.Key) ?? FindMerged(TemplateRow.Of(skeleton), deepest))?.Template.Key ?? skeleton.Key;
    }

    /// <summary>A key that was not seen before: one more value of a template that is known, or a template of its own.</summary>
    private Entry Meet(Skeleton skeleton, LogEvent line)
    {
        var row = TemplateRow.Of(skeleton);
        if (FindMerged(row, deepest) is { } known)
        {
            Know(skeleton.Key, known);
            return known;
        }

        var entry = new Entry(new MinedTemplate(skeleton.Key, skeleton.Text([]), line), row);
        byUse.AddLast(entry.Use);
        Know(skeleton.Key, entry);
        entry = Place(skeleton, row, entry);
        DropOldest();
        return entry;
    }

    private Entry? FindMerged(TemplateRow row, int depth)
    {
        if (depth == 0)
        {
            return null;
        }

        foreach (var at in row.Words)
        {
            if (merged.TryGetValue(row.Hole(at), out var entry) || (depth > 1 && (entry = FindMerged(row.With(at), depth - 1)) is not null))
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>Writes down each place of the row at which others may differ from it, and merges where enough do.</summary>
    private Entry Place(Skeleton skeleton, TemplateRow row, Entry entry)
    {
        foreach (var at in row.Words)
        {
            var alike = Stand(row.Hole(at), entry);
            if (alike.Count >= FewestValues)
            {
                var open = row.With(alike.SelectMany(e => e.Row.OpenAt).Append(at));
                return Place(skeleton, open, Merge([.. alike], open, skeleton.Text(open.OpenAt)));
            }
        }

        return entry;
    }

    /// <summary>The entry is one of those that differ only there.</summary>
    private List<Entry> Stand(ulong hole, Entry entry)
    {
        if (!byHole.TryGetValue(hole, out var alike))
        {
            byHole[hole] = alike = [];
        }

        if (!alike.Contains(entry))
        {
            alike.Add(entry);
            entry.Holes.Add(hole);
        }

        return alike;
    }

    private Entry Merge(Entry[] alike, TemplateRow row, string text)
    {
        var oldest = alike.MinBy(e => e.Template.FirstSeen) ?? alike[0];
        foreach (var other in alike.Where(e => e != oldest))
        {
            oldest.Template.Join(other.Template);
            other.Keys.ForEach(k => Know(k, oldest));
            foreach (var old in other.Merged)
            {
                Lead(old, oldest);
            }

            Forget(other, keepKeys: true);
        }

        oldest.Template.Text = text;
        oldest.Row = row;
        deepest = Math.Min(MostOpen, Math.Max(deepest, row.OpenAt.Length));
        foreach (var hole in row.OpenAt.Select(row.Hole))
        {
            Lead(hole, oldest);
        }

        return oldest;
    }

    private void Lead(ulong hole, Entry entry)
    {
        if (merged.TryGetValue(hole, out var known) && known == entry)
        {
            return;
        }

        if (entry.Merged.Count < MostMerged)
        {
            merged[hole] = entry;
            entry.Merged.Add(hole);
        }
        else
        {
            merged.Remove(hole);
        }
    }

    private void Know(ulong key, Entry entry)
    {
        if (entry.Keys.Count < MostKeys)
        {
            byKey[key] = entry;
            entry.Keys.Add(key);
        }
        else
        {
            byKey.Remove(key);
        }
    }

    private void DropOldest()
    {
        while (byUse.Count > MostTemplates && byUse.First is { Value: var oldest })
        {
            Forget(oldest, keepKeys: false);
            Dropped++;
        }
    }

    private void Forget(Entry entry, bool keepKeys)
    {
        byUse.Remove(entry.Use);
        foreach (var hole in entry.Holes)
        {
            if (byHole.TryGetValue(hole, out var alike) && alike.Remove(entry) && alike.Count == 0)
            {
                byHole.Remove(hole);
            }
        }

        if (!keepKeys)
        {
            entry.Keys.ForEach(k => byKey.Remove(k));
            entry.Merged.ForEach(h => merged.Remove(h));
        }
    }

    /// <summary>A template with everything that leads to it.</summary>
    private sealed class Entry
    {
        public Entry(MinedTemplate template, TemplateRow row)
        {
            Template = template;
            Row = row;
            Use = new LinkedListNode<Entry>(this);
        }

        public MinedTemplate Template { get; }

        public TemplateRow Row { get; set; }

        public LinkedListNode<Entry> Use { get; }

        public List<ulong> Keys { get; } = [];

        public List<ulong> Holes { get; } = [];

        public List<ulong> Merged { get; } = [];
    }
}
