using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Configuration;

/// <summary>The JSON Schema (draft-07) of <c>nightjar.yaml</c>, for editors. It is committed as <c>docs/nightjar.schema.json</c>.</summary>
internal static class ConfigurationSchema
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "nightjar.yaml",
            ["definitions"] = new JsonObject
            {
                ["variable"] = new JsonObject
                {
                    ["type"] = "string",
                    ["pattern"] = @"\$\{",
                    ["description"] = "A value that reads the environment: ${NAME} or ${NAME:-default}.",
                },
            },
        };
        foreach (var (name, value) in Keys.Root.Schema().ToList())
        {
            schema[name] = value?.DeepClone();
        }

        schema["anyOf"] = new JsonArray(new JsonObject { ["required"] = new JsonArray("services") }, new JsonObject { ["required"] = new JsonArray("kubernetes") });
        return schema.ToJsonString(Readable) + "\n";
    }
}
