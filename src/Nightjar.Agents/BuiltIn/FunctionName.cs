using System.Text.RegularExpressions;

namespace Nightjar.Agents.BuiltIn;

/// <summary>What a runtime prints for a function, reduced to the words that its source uses.</summary>
internal static partial class FunctionName
{
    /// <summary>
    /// <c>Shop.Inventory.&lt;ReserveAsync&gt;d__3.MoveNext()</c> → <c>ReserveAsync</c>; <c>main.(*Store).Reserve</c> → <c>Reserve</c>;
    /// empty for what has no name in the source (lambdas at top level, <c>&lt;module&gt;</c>).
    /// </summary>
    public static string Short(string printed)
    {
        var name = WithoutArguments(printed);
        if (Compiled().Match(name) is { Success: true } inner)
        {
            name = inner.Groups[1].Value;
        }

        var word = name.Split(['.', ':', '/', '$', ' ', '#'], StringSplitOptions.RemoveEmptyEntries).LastOrDefault(w => Identifier().IsMatch(w) && !IsMadeUp(w));
        return word ?? "";
    }

    /// <summary>Namespaces, packages, modules and types around it, outermost first, without the function.</summary>
    public static string[] Scope(string printed)
    {
        var words = WithoutArguments(printed).Split(['.', '/', '$', '+', '<', '>', '(', ')', '*', ' '], StringSplitOptions.RemoveEmptyEntries);
        var name = Short(printed);
        return [.. words.TakeWhile(w => w != name).Where(w => Identifier().IsMatch(w) && !IsMadeUp(w))];
    }

    private static string WithoutArguments(string printed)
    {
        var text = printed.Length > 400 ? printed[..400] : printed;
        text = TypeArguments().Replace(text, "").Replace("async ", "", StringComparison.Ordinal).Replace("new ", "", StringComparison.Ordinal);
        var at = text.IndexOf('(', StringComparison.Ordinal);
        while (at >= 0 && at + 1 < text.Length && text[at + 1] == '*')
        {
            // Go prints a method's receiver in parentheses: pkg.(*Type).Method(args).
            at = text.IndexOf('(', at + 1);
        }

        return (at > 0 ? text[..at] : text).Trim();
    }

    private static bool IsMadeUp(string word) =>
        word is "MoveNext" or "anonymous" or "module" or "lambda" or "lambda_method" || word.StartsWith("func", StringComparison.Ordinal) && word[4..].All(char.IsAsciiDigit);

    [GeneratedRegex(@"\[[^\]]*\]", RegexOptions.CultureInvariant)]
    private static partial Regex TypeArguments();

    [GeneratedRegex(@"<<?([A-Za-z_]\w*)\$?>", RegexOptions.CultureInvariant)]
    private static partial Regex Compiled();

    [GeneratedRegex(@"^[\p{L}_][\w]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();
}
