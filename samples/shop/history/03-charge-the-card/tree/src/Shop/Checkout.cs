namespace Shop;

public sealed record Order(string Sku, int Quantity, string Card);

public enum OrderState
{
    Placed,
    SoldOut,
    NotSoldHere,
    Declined,
}

/// <summary>The till.</summary>
public sealed class Checkout(Catalogue catalogue, Inventory inventory, IPayments payments)
{
    public const int MostPerOrder = 10;

    public async Task<OrderState> PlaceAsync(Order order, CancellationToken cancellationToken)
    {
        if (catalogue.Find(order.Sku) is not { } product || order.Quantity is < 1 or > MostPerOrder)
        {
            return OrderState.NotSoldHere;
        }

        if (!inventory.TryTake(order.Sku, order.Quantity))
        {
            return OrderState.SoldOut;
        }

        var paid = false;
        try
        {
            paid = await payments.ChargeAsync(order.Card, product.Price * order.Quantity, cancellationToken);
            return paid ? OrderState.Placed : OrderState.Declined;
        }
        finally
        {
            if (!paid)
            {
                inventory.Add(order.Sku, order.Quantity);
            }
        }
    }
}
