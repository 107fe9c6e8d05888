using System.Globalization;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>Amounts of memory as Kubernetes writes them (resource.Quantity): <c>64Mi</c>, <c>1G</c>, <c>129e6</c>.</summary>
internal static class Quantity
{
    private const decimal Mi = 1024 * 1024;

    private static readonly (string Suffix, decimal Times)[] Suffixes =
    [
        ("Ki", 1024), ("Mi", Mi), ("Gi", Mi * 1024), ("Ti", Mi * Mi), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("m", 0.001m), ("", 1),
    ];

    /// <summary>Bytes; null for what is no amount.</summary>
    public static decimal? Bytes(string text)
    {
        var (suffix, times) = Suffixes.First(s => text.EndsWith(s.Suffix, StringComparison.Ordinal));
        return decimal.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1e12m ? number * times : null;
    }

    /// <summary>One step up, in whole Mi, never above the ceiling; null when there is no step left.</summary>
    public static string? Step(decimal bytes, double factor, decimal ceiling)
    {
        var next = Math.Min(Math.Ceiling(bytes * (decimal)factor / Mi) * Mi, ceiling);
        return next <= bytes ? null
            : next % Mi == 0 ? string.Create(CultureInfo.InvariantCulture, $"{next / Mi:0}Mi")
            : string.Create(CultureInfo.InvariantCulture, $"{next:0}");
    }
}
