namespace Nightjar.Logs.Templates;

/// <summary>The pieces of a template, kept to find out which of its words are values after all.</summary>
internal sealed class TemplateRow
{
    /// <summary>Words that are looked at; a value further on is not worth its memory.</summary>
    private const int MostWords = 30;

    private const ulong Open = 0x0D2B_6F0A_13C5_97E4;

    private const ulong Base = 0xC2B2AE3D27D4EB4F;

    private readonly ulong[] hashes;

    private TemplateRow(ulong[] hashes, int[] words, int[] open)
    {
        this.hashes = hashes;
        Words = words;
        OpenAt = open;
    }

    /// <summary>
    /// Where its words are, but for the first: what a message begins with tells its kind (<c>syslogd startup succeeded</c> and
    /// <c>crond startup succeeded</c> are two).
    /// </summary>
    public int[] Words { get; }

    /// <summary>Words that turned out to be values.</summary>
    public int[] OpenAt { get; }

    public IReadOnlyList<ulong> Hashes => hashes;

    /// <exception cref="ArgumentException">A place lies outside of the row.</exception>
    public static TemplateRow Kept(ulong[] hashes, int[] words, int[] open) =>
        hashes.Length <= Skeleton.MostPieces && words.Length <= MostWords && open.Length <= MostWords && words.Concat(open).All(at => at >= 0 && at < hashes.Length)
            ? new TemplateRow(hashes, words, open)
            : throw new ArgumentException("A place lies outside of the row", nameof(words));

    public static TemplateRow Of(Skeleton skeleton)
    {
        var pieces = skeleton.Pieces;
        var (hashes, words) = (new ulong[pieces.Length], new List<int>());
        var isFirst = true;
        for (var i = 0; i < pieces.Length; i++)
        {
            hashes[i] = pieces[i].Hash;
            if (pieces[i].IsWord)
            {
                if (!isFirst && words.Count < MostWords)
                {
                    words.Add(i);
                }

                isFirst = false;
            }
        }

        return new TemplateRow(hashes, [.. words], []);
    }

    /// <summary>The same row whatever stands at this place.</summary>
    public ulong Hole(int at)
    {
        var hash = 0UL;
        for (var i = 0; i < hashes.Length; i++)
        {
            hash = (hash + (i == at ? Open : hashes[i])) * Base;
        }

        return hash;
    }

    /// <summary>The row with values at these places, too.</summary>
    public TemplateRow With(params IEnumerable<int> places)
    {
        int[] open = [.. OpenAt.Union(places)];
        var changed = (ulong[])hashes.Clone();
        Array.ForEach(open, at => changed[at] = Skeleton.VariableHash);
        return new TemplateRow(changed, [.. Words.Except(open)], open);
    }
}
