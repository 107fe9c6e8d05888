namespace Shop.Tests;

internal static class CheckoutTests
{
    private const string Sku = "P-1003";

    public static readonly Test[] All =
    [
        new("An order takes what it says from the shelf", TakesFromTheShelf),
        new("An order for more than there is takes nothing", TakesNothingWhenSoldOut),
        new("What we do not sell cannot be ordered", RefusesTheUnknown),
        new("A declined card puts the goods back", PutsBackWhenDeclined),
        new("Goods are back on the shelf when payments are down", PutsBackWhenPaymentsAreDown),
        new("Many customers at once never buy more than there is", NeverOversells),
    ];

    private static async Task TakesFromTheShelf()
    {
        var inventory = Stocked(5);
        Expect.Equal(OrderState.Placed, await BuyAsync(Till(inventory), Sku, 2), "order");
        Expect.Equal(3, inventory.Level(Sku), "stock");
    }

    private static async Task TakesNothingWhenSoldOut()
    {
        var inventory = Stocked(1);
        Expect.Equal(OrderState.SoldOut, await BuyAsync(Till(inventory), Sku, 2), "order");
        Expect.Equal(1, inventory.Level(Sku), "stock");
    }

    private static async Task RefusesTheUnknown() =>
        Expect.Equal(OrderState.NotSoldHere, await BuyAsync(Till(Stocked(1)), "P-9999", 1), "order");

    private static async Task PutsBackWhenDeclined()
    {
        var inventory = Stocked(5);
        Expect.Equal(OrderState.Declined, await BuyAsync(Till(inventory, () => false), Sku, 2), "order");
        Expect.Equal(5, inventory.Level(Sku), "stock");
    }

    private static async Task PutsBackWhenPaymentsAreDown()
    {
        var inventory = Stocked(5);
        var till = Till(inventory, () => throw new PaymentUnavailableError("down"));
        await Expect.ThrowsAsync<PaymentUnavailableError>(() => BuyAsync(till, Sku, 2));
        Expect.Equal(5, inventory.Level(Sku), "stock");
    }

    private static async Task NeverOversells()
    {
        var inventory = Stocked(10);
        var till = Till(inventory);
        var customers = Enumerable.Range(0, 64).Select(_ => Task.Run(() => BuyAsync(till, Sku, 1)));
        var orders = await Task.WhenAll(customers);

        Expect.Equal(10, orders.Count(order => order == OrderState.Placed), "orders placed");
        Expect.Equal(0, inventory.Level(Sku), "stock");
    }

    private static Task<OrderState> BuyAsync(Checkout till, string sku, int quantity) =>
        till.PlaceAsync(new Order(sku, quantity, "4242"), CancellationToken.None);

    private static Inventory Stocked(int level) => new(new Dictionary<string, int> { [Sku] = level });

    private static Checkout Till(Inventory inventory, Func<bool>? answer = null) =>
        new(new Catalogue(), inventory, new ScriptedPayments(answer ?? (() => true)));

    private sealed class ScriptedPayments(Func<bool> answer) : IPayments
    {
        public async Task<bool> ChargeAsync(string card, int cents, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return answer();
        }
    }
}
