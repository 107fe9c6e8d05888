using System.Text;

namespace Nightjar.Logs.Templates;

/// <summary>
/// The constant part of a message: words that hold a digit, quoted text and long hexadecimal runs are variables, everything else
/// is constant. The key is hashed while scanning, so a message whose template is known costs no memory.
/// </summary>
internal static class Skeleton
{
    /// <summary>Characters that take part; what a longer message says after that does not tell kinds of messages apart.</summary>
    private const int Longest = 512;

    private const string Variable = "<*>";

    private const ulong Offset = 14695981039346656037;

    private const ulong Prime = 1099511628211;

    private const ulong VariableMark = 0xFFFF;

    /// <summary>FNV-1a over the skeleton; equal for messages that differ only in their variables.</summary>
    public static ulong Key(ReadOnlySpan<char> message)
    {
        var hash = Offset;
        var wasVariable = false;
        foreach (var token in new Tokens(message.Length > Longest ? message[..Longest] : message))
        {
            if (token.IsVariable)
            {
                hash = wasVariable ? hash : (hash ^ VariableMark) * Prime;
                wasVariable = true;
                continue;
            }

            wasVariable = false;
            foreach (var c in token.Text)
            {
                hash = (hash ^ c) * Prime;
            }
        }

        return hash;
    }

    /// <summary>The text of the skeleton, for people.</summary>
    public static string Text(ReadOnlySpan<char> message)
    {
        var text = new StringBuilder();
        var wasVariable = false;
        foreach (var token in new Tokens(message.Length > Longest ? message[..Longest] : message))
        {
            if (!token.IsVariable)
            {
                text.Append(token.Text);
            }
            else if (!wasVariable)
            {
                text.Append(Variable);
            }

            wasVariable = token.IsVariable;
        }

        return text.ToString();
    }

    /// <summary>A word, or one delimiter.</summary>
    internal readonly ref struct Token(ReadOnlySpan<char> text, bool isVariable)
    {
        public ReadOnlySpan<char> Text { get; } = text;

        public bool IsVariable { get; } = isVariable;
    }

    private ref struct Tokens(ReadOnlySpan<char> message)
    {
        private ReadOnlySpan<char> rest = message;

        public Token Current { get; private set; } = default;

        public readonly Tokens GetEnumerator() => this;

        public bool MoveNext()
        {
            if (rest.IsEmpty)
            {
                return false;
            }

            var length = QuotedLength(rest);
            if (length > 0)
            {
                Current = new Token(rest[..length], isVariable: true);
            }
            else if (IsDelimiter(rest[0]))
            {
                length = 1;
                Current = new Token(rest[..1], isVariable: false);
            }
            else
            {
                length = WordLength(rest, out var hasDigit);
                Current = new Token(rest[..length], hasDigit);
            }

            rest = rest[length..];
            return true;
        }

        private static int WordLength(ReadOnlySpan<char> text, out bool hasDigit)
        {
            hasDigit = false;
            var end = 0;
            while (end < text.Length && !IsDelimiter(text[end]))
            {
                hasDigit |= char.IsAsciiDigit(text[end]);
                end++;
            }

            return end;
        }

        /// <summary>A quoted text with its quotes, when it ends within reach; an apostrophe inside a word is none.</summary>
        private static int QuotedLength(ReadOnlySpan<char> text)
        {
            const int reach = 200;
            if (text[0] is not ('"' or '\''))
            {
                return 0;
            }

            var end = text[1..Math.Min(text.Length, reach)].IndexOf(text[0]);
            return end < 0 ? 0 : end + 2;
        }

        private static bool IsDelimiter(char c) => c is ' ' or '\t' or '=' or ',' or ';' or ':' or '(' or ')' or '[' or ']' or '{' or '}' or '<' or '>' or '"' or '\'' or '|' or '/';
    }
}
