using System.Text.Json;
using System.Text.Json.Serialization;
using Nightjar.Core.Evidence;

namespace Nightjar.Storage;

/// <summary>Records as the store keeps them: facts alone, nothing that is computed from them.</summary>
internal static class StoredJson
{
    private static readonly JsonSerializerOptions Options = new(BundleFormat.Json)
    {
        IgnoreReadOnlyProperties = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static string Write<T>(T record) => JsonSerializer.Serialize(record, Options);

    /// <exception cref="StoreRefusedException">The row is not what this program writes.</exception>
    public static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new StoreRefusedException($"A stored {typeof(T).Name} cannot be read ({e.Message}). Restore the store from a backup, or run the program version that wrote it.", e);
        }
    }
}
