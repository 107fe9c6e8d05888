using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Evidence;

/// <summary>
/// The versioned JSON of a bundle: <c>{"format":"nightjar.evidence/1","bundle":{…}}</c>. A bundle of a newer version is refused,
/// not guessed at.
/// </summary>
public static class BundleFormat
{
    public const string Name = "nightjar.evidence/1";

    /// <summary>How records are written as JSON everywhere in Nightjar.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>A file from anywhere may say null where nothing may be null: that is refused at the door.</summary>
    private static readonly JsonSerializerOptions Strict = new(Json) { RespectNullableAnnotations = true };

    public static string Write(EvidenceBundle bundle) => JsonSerializer.Serialize(new Envelope(Name, bundle), Json);

    /// <summary>For others than us: every text in it is masked.</summary>
    public static string WriteMasked(EvidenceBundle bundle)
    {
        var whole = JsonSerializer.SerializeToNode(new Envelope(Name, bundle), Json);
        Mask(whole);
        return whole?.ToJsonString(Json) ?? "";
    }

    /// <exception cref="FormatException">Not a bundle, or one of another version; the message says which.</exception>
    public static EvidenceBundle Read(string json)
    {
        Envelope? envelope;
        try
        {
            envelope = JsonSerializer.Deserialize<Envelope>(json, Strict);
        }
        catch (JsonException e)
        {
            throw new FormatException($"Not an evidence bundle: {e.Message}", e);
        }

        return envelope switch
        {
            { Format: Name, Bundle: { } bundle } => bundle,
            { Format: { Length: > 0 } other } => throw new FormatException($"This is a bundle of format {other}; this program reads {Name}"),
            _ => throw new FormatException("Not an evidence bundle: it names no format"),
        };
    }

    private static void Mask(JsonNode? node)
    {
        if (node is JsonObject fields)
        {
            foreach (var (name, child) in fields.ToList())
            {
                Masked(child, safe => fields[name] = safe);
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var (i, child) in items.Index().ToList())
            {
                Masked(child, safe => items[i] = safe);
            }
        }
    }

    private static void Masked(JsonNode? child, Action<string> put)
    {
        if (child is JsonValue value && value.TryGetValue(out string? text))
        {
            put(Secrets.Mask(text));
        }
        else
        {
            Mask(child);
        }
    }

    private sealed record Envelope(string? Format, EvidenceBundle? Bundle);
}
