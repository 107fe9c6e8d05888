using System.Globalization;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>The next limit of memory.</summary>
internal static class MemoryStep
{
    private const decimal Mi = 1024 * 1024;

    /// <summary>One step up from an amount in bytes, in whole Mi, never above the ceiling; null when there is no step left.</summary>
    public static string? Up(decimal bytes, double factor, decimal ceiling)
    {
        var next = Math.Min(Math.Ceiling(bytes * (decimal)factor / Mi) * Mi, ceiling);
        return next <= bytes ? null
            : next % Mi == 0 ? string.Create(CultureInfo.InvariantCulture, $"{next / Mi:0}Mi")
            : string.Create(CultureInfo.InvariantCulture, $"{next:0}");
    }
}
