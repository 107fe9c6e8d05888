using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Nightjar.Configuration;

/// <summary>How the reading of one text ended: a value, or what is wrong with it as the end of a sentence.</summary>
internal readonly record struct Parsed<T>(T? Value, string? Fault);

/// <summary>A single value.</summary>
/// <param name="schema">What the value must be when no variable is in it.</param>
internal sealed class Scalar<T>(string says, JsonObject schema, Func<string, Reading, Parsed<T>> parse, Func<T, JsonNode> show) : Shape<T>
    where T : notnull
{
    public override string Says => says;

    public override bool TryRead(Node node, string path, Reading reading, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not ScalarNode { IsNothing: false } scalar)
        {
            BlameKind(node, path, reading);
            return false;
        }

        if (reading.Fill(scalar, path) is not { } text)
        {
            return false;
        }

        var parsed = parse(text, reading);
        if (parsed.Fault is { } fault)
        {
            // The text as written: what a variable held may be secret.
            reading.Blame(scalar.At, path, $"{Wording.Quote(scalar.Text)} {fault}");
            return false;
        }

        value = parsed.Value;
        return value is not null;
    }

    public override JsonObject Schema()
    {
        var own = (JsonObject)schema.DeepClone();
        return TakesAnyText(own)
            ? own
            : new JsonObject { ["anyOf"] = new JsonArray(own, new JsonObject { ["$ref"] = "#/definitions/variable" }) };
    }

    public override JsonNode? Show(T value) => show(value);

    private static bool TakesAnyText(JsonObject schema) => schema["type"]?.GetValue<string>() == "string" && schema["pattern"] is null;
}
