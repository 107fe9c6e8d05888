using System.Text.RegularExpressions;

namespace Nightjar.Core.Evidence.Kubectl;

/// <summary>
/// A line of what <c>kubectl describe</c> prints, with what is indented under it. The widths of its columns differ between versions; the
/// indentation is what they have in common.
/// </summary>
internal sealed partial class Described(string key, string value, string line, int indent)
{
    /// <summary>Lines of one object that are read.</summary>
    private const int MostLines = 5_000;

    public string Key => key;

    public string Value => value;

    /// <summary>The whole line, for tables and for what has no key.</summary>
    public string Line => line;

    public List<Described> Children { get; } = [];

    /// <summary>The objects of one output: <c>describe</c> puts two empty lines between them.</summary>
    public static IEnumerable<Described> Read(string text)
    {
        var root = new Described("", "", "", -1);
        var open = new Stack<Described>([root]);
        foreach (var raw in text.Split('\n').Select(l => l.TrimEnd('\r', ' ')).Where(l => l.Length > 0).Take(MostLines * 100))
        {
            if (raw.StartsWith("Name:", StringComparison.Ordinal) && root.Children.Count > 0)
            {
                yield return root;
                root = new Described("", "", "", -1);
                open = new Stack<Described>([root]);
            }

            if (root.Children.Count > MostLines)
            {
                continue;
            }

            var indent = raw.Length - raw.TrimStart().Length;
            while (open.Peek().Indent >= indent)
            {
                open.Pop();
            }

            var trimmed = raw.Trim();
            var made = KeyValue().Match(trimmed) is { Success: true } match ? new Described(match.Groups[1].Value, match.Groups[2].Value, trimmed, indent) : new Described("", "", trimmed, indent);
            open.Peek().Children.Add(made);
            open.Push(made);
        }

        if (root.Children.Count > 0)
        {
            yield return root;
        }
    }

    private int Indent => indent;

    public Described? At(string name) => Children.Find(c => c.Key == name);

    /// <summary>The value; empty for what is not there, and for what kubectl prints for nothing.</summary>
    public string Text(string name) => At(name)?.Value is { } found && found is not ("<none>" or "<unset>" or "<nil>") ? found : "";

    /// <summary>A value that goes on in the lines under it.</summary>
    public IEnumerable<string> Lines(string name) => At(name) is { } found ? found.Children.Select(c => c.Line).Prepend(found.Value).Where(l => l.Length > 0 && l != "<none>") : [];

    [GeneratedRegex(@"^([^:=""]{1,80}?):(?:\s+(.*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex KeyValue();
}
