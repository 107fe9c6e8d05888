namespace Shop.Tests;

internal static class CheckoutTests
{
    private const string Sku = "P-1003";

    public static readonly Test[] All =
    [
        new("An order takes what it says from the shelf", TakesFromTheShelf),
        new("An order for more than there is takes nothing", TakesNothingWhenSoldOut),
        new("What we do not sell cannot be ordered", RefusesTheUnknown),
        new("Many customers at once never buy more than there is", NeverOversells),
    ];

    private static void TakesFromTheShelf()
    {
        var inventory = Stocked(5);
        Expect.Equal(OrderState.Placed, Till(inventory).Place(new Order(Sku, 2)), "order");
        Expect.Equal(3, inventory.Level(Sku), "stock");
    }

    private static void TakesNothingWhenSoldOut()
    {
        var inventory = Stocked(1);
        Expect.Equal(OrderState.SoldOut, Till(inventory).Place(new Order(Sku, 2)), "order");
        Expect.Equal(1, inventory.Level(Sku), "stock");
    }

    private static void RefusesTheUnknown() =>
        Expect.Equal(OrderState.NotSoldHere, Till(Stocked(1)).Place(new Order("P-9999", 1)), "order");

    private static async Task NeverOversells()
    {
        var inventory = Stocked(10);
        var till = Till(inventory);
        var customers = Enumerable.Range(0, 64).Select(_ => Task.Run(() => till.Place(new Order(Sku, 1))));
        var orders = await Task.WhenAll(customers);

        Expect.Equal(10, orders.Count(order => order == OrderState.Placed), "orders placed");
        Expect.Equal(0, inventory.Level(Sku), "stock");
    }

    private static Inventory Stocked(int level) => new(new Dictionary<string, int> { [Sku] = level });

    private static Checkout Till(Inventory inventory) => new(new Catalogue(), inventory);
}
