using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Agents.Broker;

/// <summary>
/// The arguments of one call, read by the tool's own schema: every fault is told at once, so that one repair can mend them all.
/// </summary>
public sealed class ToolArguments(IReadOnlyDictionary<string, JsonElement> given)
{
    private readonly List<string> faults = [];

    /// <summary>Sees that nothing was given that the schema does not name, and takes the answer apart.</summary>
    /// <exception cref="ToolMisuseException">With every fault.</exception>
    public T Read<T>(BrokerSchema schema, Func<ToolArguments, T> read)
    {
        faults.AddRange(given.Keys.Where(k => !schema.Names.Contains(k)).Select(k => $"{Short(k)}: there is no such argument"));
        faults.AddRange(schema.Required.Where(r => !given.ContainsKey(r)).Select(r => $"{r}: is missing"));
        var value = read(this);
        return faults.Count == 0 ? value : throw new ToolMisuseException($"Not accepted. {string.Join("; ", faults.Distinct())}.");
    }

    public string Text(string name, int most)
    {
        if (!given.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return "";
        }

        return value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= most
            ? text.Trim()
            : Fault(name, $"must be a text of at most {most} characters", "");
    }

    /// <summary>A text that must say something.</summary>
    public string Words(string name, int most)
    {
        var (before, text) = (faults.Count, Text(name, most));
        return text.Length > 0 || faults.Count > before || !given.ContainsKey(name) ? text : Fault(name, "must not be empty", text);
    }

    public double? Number(string name, double least, double most) =>
        !given.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most ? number
        : Fault<double?>(name, string.Create(CultureInfo.InvariantCulture, $"must be a number from {least} to {most}"), null);

    public int? Whole(string name, int least, int most) =>
        Number(name, least, most) is not { } number ? null
        : number == Math.Floor(number) ? (int)number
        : Fault<int?>(name, "must be a whole number", null);

    public ImmutableArray<string> Texts(string name, int mostItems, int most)
    {
        if (!given.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= mostItems && value.EnumerateArray().All(i => i.ValueKind == JsonValueKind.String && i.GetString()?.Length <= most)
            ? [.. value.EnumerateArray().Select(i => (i.GetString() ?? "").Trim()).Where(i => i.Length > 0)]
            : Fault<ImmutableArray<string>>(name, $"must be a list of at most {mostItems} texts of at most {most} characters", []);
    }

    /// <summary>Says that what was given is wrong for a reason that no schema knows.</summary>
    public void Blame(string name, string why) => faults.Add($"{name}: {why}");

    private T Fault<T>(string name, string why, T instead)
    {
        Blame(name, why);
        return instead;
    }

    private static string Short(string name) => name.Length > 60 ? name[..60] : name;
}

/// <summary>The names in a tool's schema.</summary>
public sealed record BrokerSchema(ImmutableHashSet<string> Names, ImmutableArray<string> Required)
{
    public static BrokerSchema Of(JsonObject schema) => new(
        [.. schema["properties"]?.AsObject().Select(p => p.Key) ?? []],
        [.. (schema["required"]?.AsArray() ?? []).Select(r => r?.GetValue<string>() ?? "")]);
}
