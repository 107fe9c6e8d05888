using System.Buffers;
using System.Text;

namespace Nightjar.Logs.Templates;

/// <summary>
/// The constant part of a message, as a row of pieces: words, single delimiters, and variables. One set of masks for every log:
/// what holds a digit, paths and addresses, host names, names of months and days. What only says more of a variable (a unit, a bracket
/// around it, another one in a list) goes with it, so that one kind of message has one row.
/// </summary>
/// <remarks>
/// Nothing is allocated for a message whose row is known: only its key is computed, while it is read.
/// </remarks>
internal ref struct Skeleton
{
    /// <summary>Characters that take part; what a longer message says after that does not tell kinds of messages apart.</summary>
    public const int Longest = 512;

    /// <summary>Pieces of a row: no more than it has characters.</summary>
    public const int MostPieces = Longest;

    public const string Variable = "<*>";

    private const ulong Offset = 14695981039346656037;

    private const ulong Prime = 1099511628211;

    /// <summary>Odd, so that no power of it loses a bit.</summary>
    private const ulong Base = 0x9E3779B97F4A7C15;

    internal const ulong VariableHash = 0x9F3D_5B79_A2C4_E6F1;

    /// <summary>Words have this bit, delimiters are their own character.</summary>
    private const ulong WordBit = 1UL << 63;

    private static readonly SearchValues<char> Delimiters = SearchValues.Create(" \t=,;:()[]{}<>\"'|");

    /// <summary>Where a path or an address ends: it holds colons and equal signs of its own.</summary>
    private static readonly SearchValues<char> PathEnds = SearchValues.Create(" \t\"'()[]{}<>,|");

    private readonly ReadOnlySpan<char> message;
    private readonly Span<Piece> pieces;

    /// <param name="room">For <see cref="MostPieces"/> pieces.</param>
    public Skeleton(ReadOnlySpan<char> message, Span<Piece> room)
    {
        this.message = message.Length > Longest ? message[..Longest] : message;
        pieces = room;
        Read();
        for (var i = 0; i < Count; i++)
        {
            Key = (Key + pieces[i].Hash) * Base;
        }
    }

    /// <summary>A word, a delimiter or a variable.</summary>
    internal readonly record struct Piece(ulong Hash, int Start, int Length)
    {
        public bool IsVariable => Hash == VariableHash;

        public bool IsWord => (Hash & WordBit) != 0 && !IsVariable;

        public bool Is(char delimiter) => Hash == delimiter;
    }

    public int Count { get; private set; }

    /// <summary>Equal for messages with equal rows.</summary>
    public ulong Key { get; private set; }

    public readonly ReadOnlySpan<Piece> Pieces => pieces[..Count];

    /// <summary>The row for people, with the pieces in <paramref name="open"/> as variables.</summary>
    public readonly string Text(ReadOnlySpan<int> open)
    {
        var text = new StringBuilder();
        for (var i = 0; i < Count; i++)
        {
            text.Append(pieces[i].IsVariable || open.Contains(i) ? Variable : message.Slice(pieces[i].Start, pieces[i].Length));
        }

        return text.ToString();
    }

    private void Read()
    {
        var at = 0;
        while (at < message.Length)
        {
            var c = message[at];
            if (c is '"' or '\'' && Count > 0 && pieces[Count - 1].Is('=') && message[(at + 1)..].IndexOf(c) is >= 0 and var end)
            {
                Variables(at, end + 2);
                at += end + 2;
            }
            else if (Delimiters.Contains(c))
            {
                Delimiter(c == '\t' ? ' ' : c, at);
                at++;
            }
            else
            {
                at += Word(at);
            }
        }

        while (Count > 0 && pieces[Count - 1].Is(' '))
        {
            Count--;
        }
    }

    /// <summary>Takes the word in; returns how long it is.</summary>
    private int Word(int at)
    {
        var rest = message[at..];
        var ends = rest[0] == '/' ? PathEnds : Delimiters;
        var length = rest.IndexOfAny(ends) is >= 0 and var found ? found : rest.Length;
        if (length < rest.Length && rest[length..].StartsWith("://", StringComparison.Ordinal))
        {
            length = rest.IndexOfAny(PathEnds) is >= 0 and var end ? end : rest.Length;
            Variables(at, length);
            return length;
        }

        var word = rest[..length];
        if (Words.IsVariable(word, out var hasDot) || (hasDot && HasPort(rest[length..])))
        {
            Variables(at, length);
        }
        else if (Count > 1 && pieces[Count - 1].Is(' ') && pieces[Count - 2].IsVariable && Words.IsUnit(word))
        {
            Count--;
        }
        else
        {
            pieces[Count++] = new Piece(HashOf(word) | WordBit, at, length);
        }

        return length;
    }

    private static bool HasPort(ReadOnlySpan<char> after) => after.Length > 1 && after[0] == ':' && char.IsAsciiDigit(after[1]);

    /// <summary>One more variable after another one, with or without a blank or a comma between, is the same variable.</summary>
    private void Variables(int at, int length)
    {
        if (Count > 0 && (pieces[Count - 1].Is('<') || pieces[Count - 1].Is('>')) && (Count < 2 || pieces[Count - 2].Is(' ')))
        {
            Count--;
        }

        if (Count > 0 && pieces[Count - 1].IsVariable)
        {
            return;
        }

        if (Count > 1 && pieces[Count - 2].IsVariable && (pieces[Count - 1].Is(' ') || pieces[Count - 1].Is(',') || pieces[Count - 1].Is(':')))
        {
            Count--;
            return;
        }

        if (Count > 2 && pieces[Count - 3].IsVariable && pieces[Count - 2].Is(',') && pieces[Count - 1].Is(' '))
        {
            Count -= 2;
            return;
        }

        pieces[Count++] = new Piece(VariableHash, at, length);
    }

    private void Delimiter(char c, int at)
    {
        if (c == ' ' && Count > 0 && pieces[Count - 1].Is(' '))
        {
            return;
        }

        if (c is ')' or ']' or '}' or '>' && Closes(c))
        {
            return;
        }

        pieces[Count++] = new Piece(c, at, 1);
    }

    /// <summary>A bracket that holds nothing, or a variable alone, goes; a word right before it is the name of a numbered thing: <c>eth(0)</c>.</summary>
    private bool Closes(char c)
    {
        var opening = c switch { ')' => '(', ']' => '[', '}' => '{', _ => '<' };
        var isEmpty = Count > 0 && pieces[Count - 1].Is(opening);
        if (!isEmpty && !(Count > 1 && pieces[Count - 1].IsVariable && pieces[Count - 2].Is(opening)))
        {
            return false;
        }

        Count -= isEmpty ? 1 : 2;
        if (Count > 0 && pieces[Count - 1].Is(' '))
        {
            Count--;
        }
        else if (!isEmpty && c == ')' && Count > 0 && pieces[Count - 1].IsWord)
        {
            var named = pieces[--Count];
            Variables(named.Start, named.Length);
        }

        return true;
    }

    /// <summary>FNV-1a.</summary>
    private static ulong HashOf(ReadOnlySpan<char> word)
    {
        var hash = Offset;
        foreach (var c in word)
        {
            hash = (hash ^ c) * Prime;
        }

        return hash;
    }
}
