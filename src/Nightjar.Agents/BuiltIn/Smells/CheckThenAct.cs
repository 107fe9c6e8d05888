using System.Text.RegularExpressions;
using Nightjar.Core.Proposal;

namespace Nightjar.Agents.BuiltIn.Smells;

/// <summary>
/// A value is compared, and written later, and between its reading and its writing the function waits: another caller can come
/// in there and both act on the same value. Seen in C#, JavaScript and Python.
/// </summary>
internal sealed partial class CheckThenAct : ISmell
{
    private static readonly HashSet<string> Noise = ["if", "while", "assert", "unless", "not", "and", "or", "is", "in", "null", "None", "undefined", "true", "false", "True", "False", "await", "this", "self", "var", "return", "throw", "new", "else", "elif", "raise"];

    /// <summary>What a store is told to do when it is changed, also relative to what it holds.</summary>
    private const string Mutating = "set|save|update|write|put|store|insert|upsert|decr|incr|change|add|remove|take|adjust|apply|delete";

    public Smelled? Sniff(ChangedFunction change)
    {
        var lines = change.Region.Lines.Select(Bare).ToArray();
        if (!change.Added.Any(a => Wait().IsMatch(Bare(a))) || Array.Exists(lines, l => Guard().IsMatch(l)))
        {
            return null;
        }

        for (var check = 0; check < lines.Length; check++)
        {
            if (Condition().Match(lines[check]) is not { Success: true } condition)
            {
                continue;
            }

            foreach (var name in Words(condition.Value))
            {
                if (Write(lines, check, name) is { } write)
                {
                    return new Smelled("check-then-act", $"{Quoting.Inline(name)} is checked and written later with an {Quoting.Inline("await")} between: two requests at once can both pass the check", change.Region.From + write, 0.9);
                }
            }
        }

        return null;
    }

    /// <summary>The line that writes what was checked, when a wait lies between the reading and it.</summary>
    private static int? Write(string[] lines, int check, string name)
    {
        var read = Array.FindLastIndex(lines, check, l => Regex.IsMatch(l, $@"\b{name}\b\s*(?::=|=)(?![=>]).*[\(\[\.]", RegexOptions.CultureInvariant));
        var readFrom = read >= 0 && !lines[read].TrimStart().StartsWith("if", StringComparison.Ordinal) ? read : -1;
        var owner = readFrom >= 0 && Asked().Match(lines[readFrom]) is { Success: true } asked ? asked.Groups[1].Value : null;
        for (var at = check + 1; at < lines.Length; at++)
        {
            var stored = Regex.IsMatch(lines[at], $@"\b{name}\b(?:\s*\[[^\]]*\]|\.\w+)+\s*(?:[-+*/]|\?\?)?=(?![=>])|\b(?:this|self)\.{name}\b\s*(?:[-+*/])?=(?![=>])|\b_{name}\b\s*[-+*/]?=(?![=>])", RegexOptions.CultureInvariant)
                || (name.StartsWith('_') && Regex.IsMatch(lines[at], $@"\b{name}\b\s*[-+*/]?=(?![=>])", RegexOptions.CultureInvariant));
            var passed = readFrom >= 0 && (WriteCall().IsMatch(lines[at]) || Slot().IsMatch(lines[at])) && Regex.IsMatch(lines[at], $@"[\(,=].*\b{name}\b", RegexOptions.CultureInvariant);
            var sent = owner is not null && Regex.IsMatch(lines[at], $@"\b{owner}\.(?:{Mutating})\w*\(", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
            if ((stored || passed || sent) && Array.FindIndex(lines, readFrom >= 0 ? readFrom : check, l => Wait().IsMatch(l)) is >= 0 and var wait && wait <= at)
            {
                return at;
            }
        }

        return null;
    }

    private static IEnumerable<string> Words(string condition) =>
        Word().Matches(condition).Select(m => m.Value).Where(w => !Noise.Contains(w)).Distinct().Take(8);

    private static string Bare(string line) => line.Length > 500 ? "" : Literal().Replace(line, "\"\"");

    [GeneratedRegex(@"""(?:\\.|[^""\\])*""|'(?:\\.|[^'\\])*'|//.*$|^\s*#.*$", RegexOptions.CultureInvariant)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\bawait\b|\.then\(|\byield from\b", RegexOptions.CultureInvariant)]
    private static partial Regex Wait();

    /// <summary>Who was asked for the value that is checked: <c>level = await store.ReadAsync(…)</c>.</summary>
    [GeneratedRegex(@"=.*\bawait\s+(?:this\.|self\.)?(\w+)\.\w+\(", RegexOptions.CultureInvariant)]
    private static partial Regex Asked();

    [GeneratedRegex(@"\block\b|[Ll]ock\w*\.|\bsynchronized\b|[Ss]emaphore|[Mm]utex|\bInterlocked\b|CompareExchange|CompareAndS|[Tt]ransaction|FOR UPDATE|\basync with\b|\.WaitAsync\(", RegexOptions.CultureInvariant)]
    private static partial Regex Guard();

    /// <summary>A comparison in a condition; whether something is null is not one: that rarely guards a count.</summary>
    [GeneratedRegex(@"\b(?:if|while|unless|elif|assert)\b(?=.*(?:[^=!<>-][<>]=?[^<>=]|(?>[!=]==?\s*)(?!null|None|undefined|"""")|[Cc]ontains|\.has\(|\bin\b)).*", RegexOptions.CultureInvariant)]
    private static partial Regex Condition();

    [GeneratedRegex(@"[A-Za-z_]\w*", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"\b\w*(?:[Ss]et|[Ss]ave|[Uu]pdate|[Ww]rite|[Pp]ut|[Ss]tore|[Ii]nsert|[Uu]psert|[Dd]ecr\w*|[Rr]eserve)(?:[A-Z]\w*|_\w+)?\(", RegexOptions.CultureInvariant)]
    private static partial Regex WriteCall();

    [GeneratedRegex(@"\w+\s*\[[^\]]*\]\s*[-+]?=(?![=>])|\.\w+\s*[-+]?=(?![=>])", RegexOptions.CultureInvariant)]
    private static partial Regex Slot();
}
