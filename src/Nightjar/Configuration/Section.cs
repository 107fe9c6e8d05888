using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Nightjar.Configuration;

/// <summary>A group of declared keys that fills a record, starting from <paramref name="seed"/>, whose values are the defaults.</summary>
/// <param name="meaning">A sentence for the schema and the reference page.</param>
internal sealed class Section<T>(string says, string meaning, T seed) : Shape<T>
    where T : class
{
    private readonly List<Key<T>> keys = [];

    public override string Says => says;

    public string Meaning => meaning;

    public Section<T> Key<V>(string name, string meaning, Shape<V> shape, Func<T, V?> get, Func<T, V, T> with, bool required = false)
    {
        keys.Add(new Key<T, V>(name, meaning, shape, o => get(o) is { } value ? shape.Show(value) : null, with, required));
        return this;
    }

    public Section<T> Key<V>(string name, string meaning, Shape<V> shape, Func<T, V?> get, Func<T, V, T> with, bool required = false)
        where V : struct
    {
        keys.Add(new Key<T, V>(name, meaning, shape, o => get(o) is { } value ? shape.Show(value) : null, with, required));
        return this;
    }

    /// <summary>Always a value where there is a group of keys at all, so that later checks see as much as can be had.</summary>
    public override bool TryRead(Node node, string path, Reading reading, [MaybeNullWhen(false)] out T value)
    {
        value = seed;
        if (node is not MapNode map)
        {
            BlameKind(node, path, reading);
            return false;
        }

        var seen = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var (keyNode, valueNode) in map.Pairs)
        {
            if (keyNode is not ScalarNode { Text: var name })
            {
                reading.Blame(keyNode.At, path, $"has {keyNode.Kind} where the name of a key belongs");
                continue;
            }

            var below = path.Length == 0 ? name : $"{path}.{name}";
            if (keys.Find(k => k.Name == name) is not { } key)
            {
                reading.Blame(keyNode.At, path, $"there is no key {Wording.Quote(name)}{Wording.DidYouMean(name, keys.Select(k => k.Name))}");
            }
            else if (!seen.TryAdd(name, keyNode.At))
            {
                reading.Blame(keyNode.At, below, $"is given twice, first in line {seen[name].Line}");
            }
            else
            {
                reading.Found(below, valueNode.At);
                value = key.Read(valueNode, below, reading, value);
            }
        }

        foreach (var key in keys.Where(k => k.Required && !seen.ContainsKey(k.Name)))
        {
            reading.Blame(map.At, path, $"the key {key.Name} is missing; it takes {key.Takes}");
        }

        return true;
    }

    public override JsonObject Schema()
    {
        var shown = (JsonObject)Show(seed);
        var schema = new JsonObject { ["type"] = "object", ["description"] = meaning, ["additionalProperties"] = false };
        if (keys.Exists(k => k.Required))
        {
            schema["required"] = new JsonArray([.. keys.Where(k => k.Required).Select(k => (JsonNode)k.Name)]);
        }

        schema["properties"] = new JsonObject(keys.Select(k => KeyValuePair.Create(k.Name, (JsonNode?)k.Schema(k.Required ? null : shown[k.Name]))));
        return schema;
    }

    public override JsonNode Show(T value) =>
        new JsonObject(keys.Select(k => KeyValuePair.Create(k.Name, k.Show(value))).Where(k => k.Value is not null));

    public override IEnumerable<KeyRow> Rows(string path)
    {
        var shown = (JsonObject)Show(seed);
        return keys.SelectMany(k => k.Rows(path.Length == 0 ? k.Name : $"{path}.{k.Name}", k.Required ? null : shown[k.Name]));
    }
}

/// <summary>One declared key of a record.</summary>
internal abstract class Key<T>(string name, bool required)
{
    public string Name => name;

    public bool Required => required;

    public abstract string Takes { get; }

    public abstract T Read(Node node, string path, Reading reading, T owner);

    public abstract JsonNode? Show(T owner);

    public abstract JsonObject Schema(JsonNode? ifAbsent);

    public abstract IEnumerable<KeyRow> Rows(string path, JsonNode? ifAbsent);
}

internal sealed class Key<T, V>(string name, string meaning, Shape<V> shape, Func<T, JsonNode?> show, Func<T, V, T> with, bool required) : Key<T>(name, required)
{
    public override string Takes => shape.Says;

    public override T Read(Node node, string path, Reading reading, T owner) =>
        shape.TryRead(node, path, reading, out var value) ? with(owner, value) : owner;

    public override JsonNode? Show(T owner) => show(owner);

    public override JsonObject Schema(JsonNode? ifAbsent)
    {
        var schema = shape.Schema();
        schema["description"] = meaning;
        if (ifAbsent is JsonValue)
        {
            schema["default"] = ifAbsent.DeepClone();
        }

        return schema;
    }

    public override IEnumerable<KeyRow> Rows(string path, JsonNode? ifAbsent)
    {
        var below = shape.Rows(path);
        return [new KeyRow(path, shape.Says, (ifAbsent as JsonValue)?.ToString(), Required, meaning), .. below];
    }
}
