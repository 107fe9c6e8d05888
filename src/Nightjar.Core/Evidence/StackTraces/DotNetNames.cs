namespace Nightjar.Core.Evidence.StackTraces;

/// <summary>
/// Turns what the C# compiler made of a method back into its name: <c>Orders.&lt;PlaceAsync&gt;d__3.MoveNext()</c> and
/// <c>Orders.&lt;&gt;c.&lt;PlaceAsync&gt;b__0(…)</c> are both <c>Orders.PlaceAsync</c>.
/// </summary>
internal static class DotNetNames
{
    public static string Clean(ReadOnlySpan<char> call)
    {
        var name = WithoutArguments(call).Trim();
        if (name.IndexOfAny('<', '`') < 0 && name.IndexOf('[') < 0)
        {
            return name.ToString();
        }

        var parts = new List<string>();
        var generated = false;
        foreach (var part in Parts(name.ToString()))
        {
            if (part is "MoveNext" && generated)
            {
                continue;
            }

            var clean = CleanPart(part);
            generated = clean.Length != part.Length && part.Contains('<', StringComparison.Ordinal);
            if (clean.Length > 0 || part.Length == 0)
            {
                parts.Add(clean);
            }
        }

        return string.Join('.', parts);
    }

    private static ReadOnlySpan<char> WithoutArguments(ReadOnlySpan<char> call)
    {
        var open = call.IndexOf('(');
        return open < 0 ? call : call[..open];
    }

    /// <summary>Splits at dots outside of angle brackets; <c>Order..ctor</c> keeps its empty part.</summary>
    private static IEnumerable<string> Parts(string name)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < name.Length; i++)
        {
            depth += name[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (name[i] == '.' && depth == 0)
            {
                yield return name[start..i];
                start = i + 1;
            }
        }

        yield return name[start..];
    }

    private static string CleanPart(string part)
    {
        if (part.StartsWith("<>", StringComparison.Ordinal))
        {
            return "";
        }

        var open = part.LastIndexOf('<');
        var close = open < 0 ? -1 : part.IndexOf('>', open);
        if (close > open)
        {
            return part[(open + 1)..close] is { Length: > 0 } inner ? inner[(inner.LastIndexOf('.') + 1)..] : "";
        }

        var cut = part.AsSpan().IndexOfAny('`', '[');
        return cut < 0 ? part : part[..cut];
    }
}
