using System.Globalization;

namespace Nightjar.Core.Evidence.Cluster;

/// <summary>Amounts as Kubernetes writes them (resource.Quantity): <c>100m</c>, <c>64Mi</c>, <c>1G</c>, <c>129e6</c>.</summary>
public static class Quantity
{
    private static readonly (string Suffix, decimal Times)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1024m * 1024), ("Gi", 1024m * 1024 * 1024), ("Ti", 1024m * 1024 * 1024 * 1024), ("Pi", 1024m * 1024 * 1024 * 1024 * 1024),
        ("n", 1e-9m), ("u", 1e-6m), ("m", 1e-3m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("", 1),
    ];

    /// <summary>Cores, bytes, or pieces; null for what is no amount.</summary>
    public static decimal? Read(string text)
    {
        var (suffix, times) = Suffixes.First(s => text.EndsWith(s.Suffix, StringComparison.Ordinal));
        return decimal.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && number is >= 0 and < 1e12m ? number * times : null;
    }
}
