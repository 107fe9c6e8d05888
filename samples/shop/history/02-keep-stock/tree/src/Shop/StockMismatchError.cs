namespace Shop;

/// <summary>The books say that more was sold than there was. Nobody may sell or add to that product until it is counted by hand.</summary>
public sealed class StockMismatchError(string sku, int level)
    : Exception($"Stock of {sku} is {level}: more was sold than was on the shelf; count it before anything else is sold");
