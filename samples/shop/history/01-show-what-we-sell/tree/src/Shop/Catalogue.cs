namespace Shop;

/// <summary>Something we sell; <paramref name="Price"/> is in cents.</summary>
public sealed record Product(string Sku, string Name, int Price);

public sealed class Catalogue
{
    private readonly Dictionary<string, Product> products = new Product[]
    {
        new("P-1001", "Tea pot, cast iron", 6400),
        new("P-1002", "Tea cup, pair", 2200),
        new("P-1003", "First flush, 50 g", 1850),
        new("P-1004", "Bamboo whisk", 1600),
    }.ToDictionary(product => product.Sku);

    public IEnumerable<Product> All => products.Values;

    public Product? Find(string sku) => products.GetValueOrDefault(sku);
}
