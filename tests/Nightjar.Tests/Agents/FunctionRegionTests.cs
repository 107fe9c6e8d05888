using Nightjar.Agents.BuiltIn;

namespace Nightjar.Tests.Agents;

public sealed class FunctionRegionTests
{
    private const string CSharp = """
        namespace Shop;

        public sealed class Inventory(IStock stock) : IInventory
        {
            private readonly Dictionary<string, int> levels = new() { ["a"] = 1 };

            public int Level(string sku) => levels[sku];

            public async Task<bool> ReserveAsync(
                string sku,
                int quantity)
            {
                if (levels[sku] < quantity)
                {
                    throw new StockError("{ not a brace");
                }

                levels[sku] -= quantity;
                return true;
            }

            public void Clear()
            {
                levels.Clear();
            }
        }
        """;

    private const string Python = """
        class Inventory:
            def reserve(self, sku, quantity):
                if self.levels[sku] < quantity:
                    raise StockError(sku)

                self.levels[sku] -= quantity

            async def clear(self):
                self.levels.clear()
        """;

    private const string Script = """
        class Cart {
          add(item) {
            this.items.push(item);
          }
        }
        const total = async (cart) => {
          return cart.items.length;
        };
        function empty(cart) { cart.items = []; }
        """;

    private const string Go = """
        package store

        func (s *Store) Reserve(sku string) error {
        	if s.levels[sku] == 0 {
        		return ErrEmpty
        	}
        	return nil
        }
        """;

    [Theory]
    [InlineData("a.cs", CSharp, 14, "ReserveAsync", 9, 20)]
    [InlineData("a.cs", CSharp, 18, "ReserveAsync", 9, 20)]
    [InlineData("a.cs", CSharp, 7, "Level", 7, 7)]
    [InlineData("a.cs", CSharp, 24, "Clear", 22, 25)]
    [InlineData("a.py", Python, 4, "reserve", 2, 6)]
    [InlineData("a.py", Python, 6, "reserve", 2, 6)]
    [InlineData("a.py", Python, 9, "clear", 8, 9)]
    [InlineData("a.js", Script, 3, "add", 2, 4)]
    [InlineData("a.js", Script, 7, "total", 6, 8)]
    [InlineData("a.js", Script, 9, "empty", 9, 9)]
    [InlineData("a.go", Go, 5, "Reserve", 3, 8)]
    public void The_function_around_a_line_is_found(string path, string text, int line, string name, int from, int to)
    {
        var region = FunctionRegion.Around(new SourceFile(path, text.Split('\n')), line);

        Assert.Equal((name, from, to), (region.Name, region.From, region.To));
        Assert.Equal((from, to), FunctionRegion.Find(region.File, name) is { } found ? (found.From, found.To) : default);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(int.MaxValue)]
    public void Outside_of_functions_the_lines_nearby_are_taken(int line)
    {
        var region = FunctionRegion.Around(new SourceFile("a.cs", CSharp.Split('\n')), line);

        Assert.InRange(region.From, 1, 26);
        Assert.InRange(region.To, region.From, 26);
    }

    [Theory]
    [InlineData("")]
    [InlineData("}}}}}\n}}")]
    [InlineData("{{{{\n((((")]
    public void Broken_text_breaks_nothing(string text) =>
        Assert.Equal("", FunctionRegion.Around(new SourceFile("a.cs", text.Split('\n')), 2).Name);
}
