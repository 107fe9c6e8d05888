namespace Shop;

/// <summary>Stock, read from and written to the warehouse.</summary>
public sealed class InventoryRepository(Warehouse warehouse)
{
    public Task<int> LevelAsync(string sku, CancellationToken cancellationToken) => warehouse.ReadAsync(sku, cancellationToken);

    /// <summary>Takes from the shelf; false, and nothing taken, when there is not enough.</summary>
    public async Task<bool> TryTakeAsync(string sku, int quantity, CancellationToken cancellationToken)
    {
        var available = Audited(sku, await warehouse.ReadAsync(sku, cancellationToken));
        if (available < quantity)
        {
            return false;
        }

        var left = await warehouse.ChangeAsync(sku, -quantity, cancellationToken);
        Audited(sku, left);
        return true;
    }

    public async Task AddAsync(string sku, int quantity, CancellationToken cancellationToken)
    {
        Audited(sku, await warehouse.ReadAsync(sku, cancellationToken));
        await warehouse.ChangeAsync(sku, quantity, cancellationToken);
    }

    private static int Audited(string sku, int units)
    {
        if (units < 0)
        {
            throw new StockMismatchError(sku, units);
        }

        return units;
    }
}
