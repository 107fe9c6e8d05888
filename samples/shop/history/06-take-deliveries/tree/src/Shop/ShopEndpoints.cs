namespace Shop;

internal sealed record Delivery(int Quantity);

internal static class ShopEndpoints
{
    public static void MapShop(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => Results.Text("ok"));
        routes.MapGet("/version", () => Results.Text(Version.Commit));
        routes.MapGet("/products", (Catalogue catalogue) => catalogue.All);
        routes.MapGet("/products/{sku}", ShowProduct);
        routes.MapGet("/products/{sku}/stock", ShowStock);
        routes.MapPost("/products/{sku}/deliveries", TakeDelivery);
        routes.MapPost("/checkout", PlaceOrder);
    }

    private static IResult ShowProduct(string sku, Catalogue catalogue) =>
        catalogue.Find(sku) is { } product ? Results.Ok(product) : Results.NotFound();

    private static IResult ShowStock(string sku, Inventory inventory) =>
        Results.Ok(new { sku, stock = inventory.Level(sku) });

    private static IResult TakeDelivery(string sku, Delivery delivery, Catalogue catalogue, Inventory inventory)
    {
        if (catalogue.Find(sku) is null || delivery.Quantity < 1)
        {
            return Results.BadRequest();
        }

        inventory.Add(sku, delivery.Quantity);
        return Results.Accepted();
    }

    private static async Task<IResult> PlaceOrder(Order order, Checkout checkout, CancellationToken cancellationToken) =>
        Answer(await checkout.PlaceAsync(order, cancellationToken));

    private static IResult Answer(OrderState state) => state switch
    {
        OrderState.Placed => Results.Ok(new { state = "placed" }),
        OrderState.SoldOut => Results.Conflict(new { state = "sold out" }),
        OrderState.Declined => Results.Json(new { state = "card declined" }, statusCode: StatusCodes.Status402PaymentRequired),
        _ => Results.BadRequest(new { state = "we do not sell that" }),
    };
}
