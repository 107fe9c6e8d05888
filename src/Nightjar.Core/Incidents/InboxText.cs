using System.Text.Json;
using Nightjar.Core.Evidence;

namespace Nightjar.Core.Incidents;

/// <summary>How a fingerprint travels in an inbox message.</summary>
internal static class InboxText
{
    public static string Write(OwnedFingerprint owned) => JsonSerializer.Serialize(owned, BundleFormat.Json);

    public static OwnedFingerprint? Read(string text) => JsonSerializer.Deserialize<OwnedFingerprint>(text, BundleFormat.Json);
}
