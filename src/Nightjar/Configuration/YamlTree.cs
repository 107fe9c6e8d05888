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
        try
        {
            var parser = new Parser(new StringReader(text));
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
            return (null, new Fault(At(e.Start), "", Explain(text, e)));
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

    private static string Explain(string text, YamlException e)
    {
        var line = text.Split('\n').ElementAtOrDefault((int)e.Start.Line - 1) ?? "";
        return line.TakeWhile(char.IsWhiteSpace).Contains('\t')
            ? "the line begins with a tab; YAML is indented by spaces only"
            : $"this is not YAML: {(e.InnerException ?? e).Message.TrimEnd('.')}";
    }

    private static Place At(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
