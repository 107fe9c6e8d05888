using System.Text.Json;
using Nightjar.Core.Evidence;

namespace Nightjar.Core.Incidents;

/// <summary>How fingerprints and signals travel in an inbox message.</summary>
internal static class InboxText
{
    public static string Write<T>(T what) => JsonSerializer.Serialize(what, BundleFormat.Json);

    /// <summary>Null when it is none: it may be from a version that wrote it otherwise.</summary>
    public static T? Read<T>(string text)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, BundleFormat.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
