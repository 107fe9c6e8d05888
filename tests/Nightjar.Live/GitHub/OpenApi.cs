using System.Globalization;
using System.Text.Json;

namespace Nightjar.Live.GitHub;

/// <summary>
/// GitHub's published description of its REST API, and the part of JSON Schema that it uses: required, properties, items, type, enum,
/// nullable, references, allOf, anyOf and oneOf. The test script fetches the document; it is never kept in the repository.
/// </summary>
internal sealed class OpenApi(JsonElement root)
{
    /// <summary>Null where the document was not fetched.</summary>
    public static OpenApi? Read()
    {
        var path = Environment.GetEnvironmentVariable("NIGHTJAR_GITHUB_OPENAPI") ?? Path.Combine(Place.Results, "github-openapi", "package", "generated", "api.github.com.json");
        return File.Exists(path) ? new OpenApi(JsonDocument.Parse(File.ReadAllBytes(path)).RootElement) : null;
    }

    /// <summary>What is wrong with an answer; empty when it is as described.</summary>
    /// <param name="template">The path as the document has it.</param>
    public IReadOnlyList<string> Faults(string method, string template, int status, JsonElement answer)
    {
        if (!root.GetProperty("paths").TryGetProperty(template, out var path) || !path.TryGetProperty(method.ToLowerInvariant(), out var call))
        {
            return [$"the document has no {method} {template}"];
        }

        if (!call.GetProperty("responses").TryGetProperty(status.ToString(CultureInfo.InvariantCulture), out var response))
        {
            return [$"the document has no answer {status} to {method} {template}"];
        }

        response = Resolve(response);
        return !response.TryGetProperty("content", out var content) ? [] : [.. Check(answer, content.GetProperty("application/json").GetProperty("schema"), "$", 0)];
    }

    private IEnumerable<string> Check(JsonElement value, JsonElement schema, string at, int depth)
    {
        schema = Resolve(schema);
        if (depth > 40)
        {
            return [$"{at}: too deep"];
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            return AllowsNull(schema, 0) ? [] : [$"{at}: is null"];
        }

        return [.. Composed(value, schema, at, depth), .. Type(value, schema, at), .. Parts(value, schema, at, depth)];
    }

    private IEnumerable<string> Composed(JsonElement value, JsonElement schema, string at, int depth)
    {
        foreach (var part in Items(schema, "allOf"))
        {
            foreach (var fault in Check(value, part, at, depth + 1))
            {
                yield return fault;
            }
        }

        foreach (var key in new[] { "anyOf", "oneOf" })
        {
            var choices = Items(schema, key).Select(c => Check(value, c, at, depth + 1).ToList()).ToList();
            if (choices.Count > 0 && choices.TrueForAll(c => c.Count > 0))
            {
                yield return $"{at}: fits none of {choices.Count} choices; nearest: {string.Join("; ", choices.MinBy(c => c.Count) ?? [])}";
            }
        }
    }

    private static IEnumerable<string> Type(JsonElement value, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !Is(value, type.GetString()))
        {
            yield return $"{at}: is {value.ValueKind}, not {type}";
        }

        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(w => w.GetRawText() == value.GetRawText()))
        {
            yield return $"{at}: {value.GetRawText()} is none of {words.GetRawText()}";
        }

        if (value.ValueKind == JsonValueKind.String && schema.TryGetProperty("format", out var format) && format.GetString() == "date-time" && !DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _))
        {
            yield return $"{at}: {value} is no time";
        }
    }

    private IEnumerable<string> Parts(JsonElement value, JsonElement schema, string at, int depth)
    {
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            return value.EnumerateArray().SelectMany((v, i) => Check(v, items, string.Create(CultureInfo.InvariantCulture, $"{at}[{i}]"), depth + 1));
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var missing = Items(schema, "required").Select(r => r.GetString() ?? "").Where(r => !value.TryGetProperty(r, out _)).Select(r => $"{at}.{r}: is missing");
        var wrong = schema.TryGetProperty("properties", out var properties)
            ? value.EnumerateObject().SelectMany(p => properties.TryGetProperty(p.Name, out var of) ? Check(p.Value, of, $"{at}.{p.Name}", depth + 1) : [])
            : [];
        return missing.Concat(wrong);
    }

    private bool AllowsNull(JsonElement schema, int depth)
    {
        schema = Resolve(schema);
        return (schema.TryGetProperty("nullable", out var nullable) && nullable.GetBoolean())
            || !(schema.TryGetProperty("type", out _) || schema.TryGetProperty("allOf", out _) || schema.TryGetProperty("anyOf", out _) || schema.TryGetProperty("oneOf", out _))
            || (depth < 10 && Items(schema, "anyOf").Concat(Items(schema, "oneOf")).Concat(Items(schema, "allOf")).Any(s => AllowsNull(s, depth + 1)));
    }

    private static bool Is(JsonElement value, string? type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => false,
    };

    private static IEnumerable<JsonElement> Items(JsonElement schema, string key) => schema.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    private JsonElement Resolve(JsonElement schema)
    {
        while (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out var reference))
        {
            schema = (reference.GetString() ?? "").TrimStart('#', '/').Split('/').Aggregate(root, (at, name) => at.GetProperty(name));
        }

        return schema;
    }
}
