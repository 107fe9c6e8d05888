using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Alerts;

/// <summary>Whether a delivery comes from who it should. Each comparison takes the same time for every wrong answer.</summary>
internal static class AlertAuth
{
    public static bool IsGenuine(AlertReceiverOptions receiver, AlertDelivery delivery) => receiver.Kind == AlertKind.PagerDuty
        ? IsSigned(receiver.Secret.Reveal(), delivery)
        : Same(delivery.Authorization ?? "", Expected(receiver));

    private static string Expected(AlertReceiverOptions receiver) => receiver.User is { } user
        ? $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{receiver.Secret.Reveal()}"))}"
        : $"Bearer {receiver.Secret.Reveal()}";

    /// <summary>The header holds <c>v1=&lt;hex&gt;</c>, several while a key is replaced: one must be right.</summary>
    private static bool IsSigned(string key, AlertDelivery delivery)
    {
        const int most = 8;
        var expected = $"v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), delivery.Body.Span))}";
        return (delivery.Signature ?? "").Split(',', most, StringSplitOptions.TrimEntries).Count(s => Same(s.ToLower(CultureInfo.InvariantCulture), expected)) > 0;
    }

    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
