namespace Shop;

/// <summary>How much of each product is on the shelf.</summary>
public sealed class Inventory
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> levels;

    public Inventory(IReadOnlyDictionary<string, int> opening) => levels = new(opening);

    public static IReadOnlyDictionary<string, int> Opening { get; } = new Dictionary<string, int>
    {
        ["P-1001"] = 1000,
        ["P-1002"] = 1000,
        ["P-1003"] = 40,
        ["P-1004"] = 1000,
    };

    public int Level(string sku)
    {
        lock (gate)
        {
            return levels.GetValueOrDefault(sku);
        }
    }

    /// <summary>Takes from the shelf; false, and nothing taken, when there is not enough.</summary>
    public bool TryTake(string sku, int quantity)
    {
        lock (gate)
        {
            var level = Counted(sku);
            if (level < quantity)
            {
                return false;
            }

            levels[sku] = level - quantity;
            return true;
        }
    }

    public void Add(string sku, int quantity)
    {
        lock (gate)
        {
            levels[sku] = Counted(sku) + quantity;
        }
    }

    private int Counted(string sku)
    {
        var level = levels.GetValueOrDefault(sku);
        return level >= 0 ? level : throw new StockMismatchError(sku, level);
    }
}
