using System.Collections.Concurrent;

namespace Shop;

/// <summary>The warehouse's table of stock. In memory until its database is there, and already as far away.</summary>
public sealed class Warehouse(IReadOnlyDictionary<string, int> opening)
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(4);

    private readonly ConcurrentDictionary<string, int> stock = new(opening);

    public static IReadOnlyDictionary<string, int> Opening { get; } = new Dictionary<string, int>
    {
        ["P-1001"] = 1000,
        ["P-1002"] = 1000,
        ["P-1003"] = 40,
        ["P-1004"] = 1000,
    };

    public async Task<int> ReadAsync(string sku, CancellationToken cancellationToken)
    {
        await Task.Delay(RoundTrip, cancellationToken);
        return stock.GetValueOrDefault(sku);
    }

    /// <summary>Returns what is left.</summary>
    public async Task<int> ChangeAsync(string sku, int by, CancellationToken cancellationToken)
    {
        await Task.Delay(RoundTrip, cancellationToken);
        return stock.AddOrUpdate(sku, by, (_, before) => before + by);
    }
}
