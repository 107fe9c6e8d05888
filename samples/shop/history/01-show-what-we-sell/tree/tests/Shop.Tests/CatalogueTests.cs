namespace Shop.Tests;

internal static class CatalogueTests
{
    public static readonly Test[] All =
    [
        new("A product is found by its number", () => Expect.Equal("Bamboo whisk", new Catalogue().Find("P-1004")?.Name, "name")),
        new("A number that we do not sell finds nothing", () => Expect.Equal(null, new Catalogue().Find("P-9999"), "product")),
    ];
}
