using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Nightjar.Configuration;

/// <summary>
/// What a value of the file may look like. One shape serves the reader, the JSON Schema, the reference page and the printing
/// of what is in effect, so that these cannot drift apart.
/// </summary>
internal abstract class Shape<T>
{
    /// <summary>For people, with an article: <c>a duration such as 10m</c>.</summary>
    public abstract string Says { get; }

    /// <summary>Reads a value; false when there is none to be had. What is wrong is told to <paramref name="reading"/>.</summary>
    public abstract bool TryRead(Node node, string path, Reading reading, [MaybeNullWhen(false)] out T value);

    /// <summary>A new tree at every call.</summary>
    public abstract JsonObject Schema();

    /// <summary>As it would be written in the file; null when it would be left out.</summary>
    public abstract JsonNode? Show(T value);

    /// <summary>The declared keys below it, for the reference page.</summary>
    public virtual IEnumerable<KeyRow> Rows(string path) => [];

    protected void BlameKind(Node node, string path, Reading reading) =>
        reading.Blame(node.At, path, node is ScalarNode { IsNothing: true }
            ? $"has no value; give {Says}, or leave the key out"
            : $"is {node.Kind}; it takes {Says}");
}

/// <summary>One declared key, as the reference page lists it.</summary>
internal sealed record KeyRow(string Path, string Takes, string? Default, bool Required, string Meaning);
