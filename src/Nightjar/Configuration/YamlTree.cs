using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Nightjar.Configuration;

/// <summary>
/// Composes the tree of a YAML text from the parser's events. The package's own composer is not used because it stops at the
/// first doubled key and overflows the stack on a text that nests deeply.
/// </summary>
internal static class YamlTree
{
    /// <summary>The deepest key we declare is 7 levels down.</summary>
    private const int Deepest = 32;

    /// <summary>The root, null for a text without content; or the one fault at which reading stopped.</summary>
    public static (Node? Root, Fault? Fault) Compose(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out _))
            {
                return (null, null);
            }

            parser.Consume<DocumentStart>();
            var root = Compose(parser, [], 0);
            parser.Consume<DocumentEnd>();
            return parser.Accept<DocumentStart>(out var second)
                ? (root, new Fault(At(second.Start), "", "a second document begins here (---); write one"))
                : (root, null);
        }
        catch (YamlException e)
        {
            return (null, Explain(text, e.Start, e.End, (e.InnerException ?? e).Message));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The package leaves its own words for some kinds of noise, without a place.
            var last = parser.Current?.End ?? Mark.Empty;
            return (null, Explain(text, last, last, "the parser cannot make sense of what follows"));
        }
    }

    private static Node Compose(Parser parser, Dictionary<AnchorName, Node> anchors, int depth)
    {
        if (depth > Deepest)
        {
            throw new YamlException(parser.Current?.Start ?? Mark.Empty, Mark.Empty, $"nests deeper than {Deepest} levels");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return anchors.TryGetValue(alias.Value, out var known)
                ? known
                : throw new YamlException(alias.Start, alias.End, $"the anchor &{alias.Value} is not defined before this place");
        }

        var anchor = (parser.Current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        var node = ComposeNew(parser, anchors, depth);
        if (!anchor.IsEmpty)
        {
            anchors[anchor] = node;
        }

        return node;
    }

    private static Node ComposeNew(Parser parser, Dictionary<AnchorName, Node> anchors, int depth)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new ScalarNode(scalar.Value, scalar.Style == ScalarStyle.Plain, At(scalar.Start));
        }

        if (parser.TryConsume<SequenceStart>(out var list))
        {
            var items = ImmutableArray.CreateBuilder<Node>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Compose(parser, anchors, depth + 1));
            }

            return new ListNode(items.ToImmutable(), At(list.Start));
        }

        var map = parser.Consume<MappingStart>();
        var pairs = ImmutableArray.CreateBuilder<(Node, Node)>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            pairs.Add((Compose(parser, anchors, depth + 1), Compose(parser, anchors, depth + 1)));
        }

        return new MapNode(pairs.ToImmutable(), At(map.Start));
    }

    private static Fault Explain(string text, Mark from, Mark to, string message)
    {
        var lines = text.Split('\n');
        var (first, last) = (At(from).Line - 1, At(to).Line);
        for (var i = first; i <= last && i < lines.Length; i++)
        {
            if (lines[i].TakeWhile(char.IsWhiteSpace).Contains('\t'))
            {
                return new Fault(new Place(i + 1, lines[i].IndexOf('\t', StringComparison.Ordinal) + 1), "", "the line begins with a tab; YAML is indented by spaces only");
            }
        }

        var at = first < lines.Length ? At(from) : new Place(lines.Length, lines[^1].Length + 1);
        var hint = first < lines.Length && lines[first].Contains("${", StringComparison.Ordinal) ? "; within { } or [ ] a value with ${…} must be in quotes" : "";
        return new Fault(at, "", $"this is not YAML: {Quoting.Comment(message).TrimEnd('.')}{hint}");
    }

    private static Place At(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
