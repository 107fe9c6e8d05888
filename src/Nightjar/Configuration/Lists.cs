using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Configuration;

/// <summary>A list; where <paramref name="orOne"/>, a single value stands for a list of one.</summary>
internal sealed class ListOf<T>(string says, Shape<T> item, bool orOne = false, int fewest = 0) : Shape<ImmutableArray<T>>
    where T : notnull
{
    /// <summary>A thousand services, probes or globs are more than one program should look after.</summary>
    private const int Most = 1_000;

    public override string Says => says;

    public override bool TryRead(Node node, string path, Reading reading, out ImmutableArray<T> value)
    {
        value = [];
        var isOne = orOne && (node is ScalarNode { IsNothing: false } || (node is MapNode && item is not Scalar<T>));
        if (isOne && item.TryRead(node, path, reading, out var only))
        {
            value = [only];
            return true;
        }

        if (node is not ListNode list)
        {
            if (!isOne)
            {
                BlameKind(node, path, reading);
            }

            return false;
        }

        if (list.Items.Length < fewest || list.Items.Length > Most)
        {
            reading.Blame(list.At, path, list.Items.Length == 0 ? $"is empty; it takes {Says}" : $"has {list.Items.Length} items; {Most} are allowed");
            return false;
        }

        var items = ImmutableArray.CreateBuilder<T>();
        for (var i = 0; i < list.Items.Length; i++)
        {
            var below = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            reading.Found(below, list.Items[i].At);
            if (item.TryRead(list.Items[i], below, reading, out var read))
            {
                items.Add(read);
            }
        }

        value = items.ToImmutable();
        return true;
    }

    public override JsonObject Schema()
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = item.Schema() };
        if (fewest > 0)
        {
            list["minItems"] = fewest;
        }

        return orOne ? new JsonObject { ["anyOf"] = new JsonArray(item.Schema(), list) } : list;
    }

    public override JsonNode? Show(ImmutableArray<T> value) =>
        value.IsEmpty ? null : new JsonArray([.. value.Select(item.Show)]);

    public override IEnumerable<KeyRow> Rows(string path) => item.Rows($"{path}[]");
}

/// <summary>Names of others, each with the name that it has here.</summary>
internal sealed class MapOf(string says, Shape<string> item) : Shape<ImmutableDictionary<string, string>>
{
    private const int Most = 1_000;

    public override string Says => says;

    public override bool TryRead(Node node, string path, Reading reading, [MaybeNullWhen(false)] out ImmutableDictionary<string, string> value)
    {
        value = ImmutableDictionary<string, string>.Empty;
        if (node is not MapNode map)
        {
            BlameKind(node, path, reading);
            return false;
        }

        if (map.Pairs.Length > Most)
        {
            reading.Blame(map.At, path, $"has {map.Pairs.Length} items; {Most} are allowed");
            return false;
        }

        foreach (var (keyNode, valueNode) in map.Pairs)
        {
            if (keyNode is not ScalarNode { Text: { Length: > 0 } name })
            {
                reading.Blame(keyNode.At, path, $"has {keyNode.Kind} where a name belongs");
                continue;
            }

            var below = $"{path}.{name}";
            reading.Found(below, valueNode.At);
            if (value.ContainsKey(name))
            {
                reading.Blame(keyNode.At, below, "is given twice");
            }
            else if (item.TryRead(valueNode, below, reading, out var read))
            {
                value = value.Add(name, read);
            }
        }

        return true;
    }

    public override JsonObject Schema() => new() { ["type"] = "object", ["additionalProperties"] = item.Schema() };

    public override JsonNode? Show(ImmutableDictionary<string, string> value) =>
        value.IsEmpty ? null : new JsonObject(value.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, item.Show(p.Value))));
}

/// <summary>A group of keys of which the most important may be written alone.</summary>
internal sealed class Short<T>(Scalar<string> scalar, Func<string, T> from, Section<T> section) : Shape<T>
    where T : class
{
    public override string Says => $"{scalar.Says}, or {section.Says}";

    public override bool TryRead(Node node, string path, Reading reading, [MaybeNullWhen(false)] out T value)
    {
        if (node is MapNode)
        {
            return section.TryRead(node, path, reading, out value);
        }

        if (node is not ScalarNode { IsNothing: false })
        {
            BlameKind(node, path, reading);
            value = null;
            return false;
        }

        value = scalar.TryRead(node, path, reading, out var text) ? from(text) : null;
        return value is not null;
    }

    public override JsonObject Schema() => new() { ["anyOf"] = new JsonArray(scalar.Schema(), section.Schema()) };

    public override JsonNode? Show(T value) => section.Show(value);

    public override IEnumerable<KeyRow> Rows(string path) => section.Rows(path);
}
