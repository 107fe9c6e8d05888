namespace Shop;

public sealed record Order(string Sku, int Quantity);

public enum OrderState
{
    Placed,
    SoldOut,
    NotSoldHere,
}

/// <summary>The till.</summary>
public sealed class Checkout(Catalogue catalogue, Inventory inventory)
{
    public const int MostPerOrder = 10;

    public OrderState Place(Order order)
    {
        if (catalogue.Find(order.Sku) is null || order.Quantity is < 1 or > MostPerOrder)
        {
            return OrderState.NotSoldHere;
        }

        return inventory.TryTake(order.Sku, order.Quantity) ? OrderState.Placed : OrderState.SoldOut;
    }
}
