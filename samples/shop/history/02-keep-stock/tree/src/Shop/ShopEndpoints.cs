namespace Shop;

internal static class ShopEndpoints
{
    public static void MapShop(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => Results.Text("ok"));
        routes.MapGet("/products", (Catalogue catalogue) => catalogue.All);
        routes.MapGet("/products/{sku}", ShowProduct);
        routes.MapGet("/products/{sku}/stock", ShowStock);
        routes.MapPost("/checkout", PlaceOrder);
    }

    private static IResult ShowProduct(string sku, Catalogue catalogue) =>
        catalogue.Find(sku) is { } product ? Results.Ok(product) : Results.NotFound();

    private static IResult ShowStock(string sku, Inventory inventory) =>
        Results.Ok(new { sku, stock = inventory.Level(sku) });

    private static IResult PlaceOrder(Order order, Checkout checkout) => Answer(checkout.Place(order));

    private static IResult Answer(OrderState state) => state switch
    {
        OrderState.Placed => Results.Ok(new { state = "placed" }),
        OrderState.SoldOut => Results.Conflict(new { state = "sold out" }),
        _ => Results.BadRequest(new { state = "we do not sell that" }),
    };
}
