using System.Text.RegularExpressions;

namespace Nightjar.Agents.BuiltIn;

/// <summary>The lines of one function, found by braces or indentation: a heuristic, not a parser.</summary>
/// <param name="From">1-based, the line with the name.</param>
/// <param name="To">Inclusive.</param>
internal sealed partial record FunctionRegion(SourceFile File, string Name, int From, int To)
{
    /// <summary>Longer ones are cut around the line in question: blame of more says little.</summary>
    private const int Longest = 120;

    /// <summary>Lines that one header may take.</summary>
    private const int HeaderLines = 8;

    public IEnumerable<string> Lines => Enumerable.Range(From, To - From + 1).Select(File.Line);

    public bool Contains(int line) => line >= From && line <= To;

    /// <summary>The function around a line; the lines nearby when none is seen.</summary>
    public static FunctionRegion Around(SourceFile file, int line)
    {
        line = Math.Clamp(line, 1, Math.Max(1, file.Lines.Length));
        var found = file.Path.EndsWith(".py", StringComparison.Ordinal) ? AroundIndented(file, line) : AroundBraced(file, line);
        found ??= new FunctionRegion(file, "", Math.Max(1, line - 5), Math.Min(Math.Max(1, file.Lines.Length), line + 5));
        return found.To - found.From < Longest ? found : found with { From = Math.Max(found.From, line - (Longest / 2)), To = Math.Min(found.To, line + (Longest / 2)) };
    }

    /// <summary>The function of this name; null when the file does not seem to define it.</summary>
    public static FunctionRegion? Find(SourceFile file, string name)
    {
        for (var line = 1; line <= file.Lines.Length; line++)
        {
            var text = file.Line(line);
            if (text.Contains(name, StringComparison.Ordinal) && NameIn(file, line) == name && Bounded(file, line) is { } region)
            {
                return region with { Name = name };
            }
        }

        return null;
    }

    private static FunctionRegion? Bounded(SourceFile file, int line)
    {
        if (file.Path.EndsWith(".py", StringComparison.Ordinal))
        {
            return new FunctionRegion(file, "", line, EndIndented(file, line));
        }

        for (var at = line; at <= Math.Min(file.Lines.Length, line + HeaderLines); at++)
        {
            var text = Code(file.Line(at));
            if (text.Contains('{', StringComparison.Ordinal))
            {
                return new FunctionRegion(file, "", line, EndBraced(file, at));
            }

            if (text.Contains("=>", StringComparison.Ordinal))
            {
                return new FunctionRegion(file, "", line, EndOfStatement(file, at));
            }

            if (text.TrimEnd().EndsWith(';'))
            {
                return null;
            }
        }

        return null;
    }

    private static FunctionRegion? AroundBraced(SourceFile file, int line)
    {
        var depth = 0;
        for (var at = line; at >= 1; at--)
        {
            var text = Code(file.Line(at));
            for (var i = text.Length - 1; i >= 0; i--)
            {
                // The failing line's own blocks lie below it, unless it is the header itself.
                depth += text[i] == '}' && at != line ? 1 : text[i] == '{' ? -1 : 0;
            }

            if (depth < 0 && HeaderOf(file, at) is { } header)
            {
                return new FunctionRegion(file, header.Name, header.Line, EndBraced(file, at));
            }

            depth = Math.Max(depth, 0);
            if (line - at < HeaderLines && NameIn(file, at) is { } name && Bounded(file, at) is { } arrow && arrow.Contains(line) && Code(file.Line(at)).IndexOf('{', StringComparison.Ordinal) < 0)
            {
                return arrow with { Name = name };
            }
        }

        return null;
    }

    private static (string Name, int Line)? HeaderOf(SourceFile file, int opening)
    {
        for (var at = opening; at >= Math.Max(1, opening - HeaderLines); at--)
        {
            if (at < opening && (Code(file.Line(at)).TrimEnd() is [.., ';' or '}' or '{'] || string.IsNullOrWhiteSpace(file.Line(at))))
            {
                return null;
            }

            if (NameIn(file, at) is { } name)
            {
                return (name, at);
            }
        }

        return null;
    }

    private static FunctionRegion? AroundIndented(SourceFile file, int line)
    {
        var indent = Indent(file.Line(line));
        for (var at = line; at >= 1; at--)
        {
            var text = file.Line(at);
            if ((at == line || Indent(text) < indent) && NameIn(file, at) is { } name)
            {
                return new FunctionRegion(file, name, at, EndIndented(file, at));
            }

            indent = string.IsNullOrWhiteSpace(text) ? indent : Math.Min(indent, Indent(text));
        }

        return null;
    }

    private static int EndIndented(SourceFile file, int header)
    {
        var indent = Indent(file.Line(header));
        var end = header;
        for (var at = header + 1; at <= file.Lines.Length; at++)
        {
            var text = file.Line(at);
            if (!string.IsNullOrWhiteSpace(text))
            {
                if (Indent(text) <= indent && text.TrimStart() is not [')', ..])
                {
                    break;
                }

                end = at;
            }
        }

        return end;
    }

    private static int EndBraced(SourceFile file, int opening)
    {
        var depth = 0;
        for (var at = opening; at <= file.Lines.Length; at++)
        {
            var text = Code(file.Line(at));
            depth += text.Count(c => c == '{') - text.Count(c => c == '}');
            if (depth <= 0)
            {
                return at;
            }
        }

        return file.Lines.Length;
    }

    private static int EndOfStatement(SourceFile file, int from)
    {
        var at = from;
        while (at < file.Lines.Length && at - from < Longest && !Code(file.Line(at)).TrimEnd().EndsWith(';'))
        {
            at++;
        }

        return at;
    }

    /// <summary>The function that this line declares, in any of our languages; null when it declares none.</summary>
    private static string? NameIn(SourceFile file, int line)
    {
        var text = file.Line(line);
        if (text.Length > 400)
        {
            return null;
        }

        var match = file.Path.EndsWith(".py", StringComparison.Ordinal) ? Python().Match(text) : file.Path.EndsWith(".go", StringComparison.Ordinal) ? Go().Match(text) : Braced().Match(Code(text));
        return match.Success ? match.Groups.Values.Skip(1).First(g => g.Success).Value : null;
    }

    /// <summary>A line without strings and line comments, whose braces mean nothing.</summary>
    private static string Code(string line) => line.Length > 2000 ? "" : Literal().Replace(line, "");

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    [GeneratedRegex(@"""(?:\\.|[^""\\])*""|'(?:\\.|[^'\\])*'|`[^`]*`|//.*$", RegexOptions.CultureInvariant)]
    private static partial Regex Literal();

    [GeneratedRegex(@"^\s*(?:async\s+)?def\s+(\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex Python();

    [GeneratedRegex(@"^func\s+(?:\([^)]*\)\s*)?(\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex Go();

    /// <summary>A method with its type or modifiers in front, <c>function name(</c>, <c>name = (…) =></c>, or a bare <c>name(…) {</c> of a JavaScript class.</summary>
    [GeneratedRegex(
        @"^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*(\w+)|^\s*(?:export\s+)?(?:const|let|var)\s+(\w+)\s*=\s*(?:async\s*)?(?:function\b|\(?[^()=;]*\)?\s*=>)|^\s*(?!(?:return|await|throw|new|else|yield|if|for|foreach|while|switch|catch|using|lock|case|do|try|goto|delete|typeof|super|this)\b)(?!(?:[\w<>\[\],.?*@]+\s+)*(?:class|record|struct|interface|enum|namespace)\s)(?:\[[^\]]*\]\s*)*(?:[\w<>\[\],.?*@]+\s+)+(?!(?:if|for|foreach|while|switch|catch|using|lock|return|new|in|is|and|or|await|when)\b)(\w+)\s*(?:<[^<>()]*>)?\s*\((?!(?:(?!=>).)*\)\s*;\s*$)|^\s*(?!(?:if|for|foreach|while|switch|catch|using|lock|return|with|function)\b)(\w+)\s*\([^;]*\)\s*(?::\s*[^;={]+)?\{\s*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Braced();
}
