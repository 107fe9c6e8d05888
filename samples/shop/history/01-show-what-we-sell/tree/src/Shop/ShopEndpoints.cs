namespace Shop;

internal static class ShopEndpoints
{
    public static void MapShop(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => Results.Text("ok"));
        routes.MapGet("/products", (Catalogue catalogue) => catalogue.All);
        routes.MapGet("/products/{sku}", ShowProduct);
    }

    private static IResult ShowProduct(string sku, Catalogue catalogue) =>
        catalogue.Find(sku) is { } product ? Results.Ok(product) : Results.NotFound();
}
