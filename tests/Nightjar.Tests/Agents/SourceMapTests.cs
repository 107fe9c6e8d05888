using Nightjar.Agents.BuiltIn;
using Nightjar.Core.Evidence;

namespace Nightjar.Tests.Agents;

public sealed class SourceMapTests
{
    private static readonly SourceMap Map = new(
    [
        "src/Shop/Checkout.cs", "src/Shop/Inventory/Stock.cs", "src/Shop/Program.cs", "src/Tools/Program.cs", "src/Shop/Sql/Queries.g.cs",
        "orders/src/main/java/com/acme/orders/Handler.java", "billing/src/main/java/com/acme/billing/Handler.java",
        "shop/inventory.py", "shop/__init__.py", "shop/orders/__init__.py",
        "web/src/cart.js", "web/src/routes/index.ts", "node_modules/left/cart.js",
        "internal/store/store.go", "cmd/server/main.go", "tests/Shop.Tests/Checkout.cs",
    ]);

    [Theory]
    [InlineData("Shop.Checkout.PlaceAsync(Order order)", "/app/src/Shop/Checkout.cs", 42, "src/Shop/Checkout.cs")]
    [InlineData("Shop.Inventory.Stock.<ReserveAsync>d__3.MoveNext()", @"C:\build\Shop\Inventory\Stock.cs", 12, "src/Shop/Inventory/Stock.cs")]
    [InlineData("Shop.Program.<>c.<<Main>$>b__0_1(Order o)", "/src/Program.cs", 9, "src/Shop/Program.cs")]
    [InlineData("Tools.Program.Main(String[] args)", "/src/Program.cs", 9, "src/Tools/Program.cs")]
    [InlineData("com.acme.billing.Handler.handle", "Handler.java", 88, "billing/src/main/java/com/acme/billing/Handler.java")]
    [InlineData("reserve", "/srv/app/shop/inventory.py", 17, "shop/inventory.py")]
    [InlineData("create", "/srv/app/shop/orders/__init__.py", 3, "shop/orders/__init__.py")]
    [InlineData("Cart.add", "/usr/src/app/dist/cart.js", 30, "web/src/cart.js")]
    [InlineData("Cart.add", "file:///usr/src/app/src/cart.js?v=2", 30, "web/src/cart.js")]
    [InlineData("Cart.add", "webpack:///./src/cart.js", 30, "web/src/cart.js")]
    [InlineData("main.(*Store).Reserve(...)", "/go/src/github.com/acme/shop/internal/store/store.go", 5, "internal/store/store.go")]
    public void A_printed_path_leads_to_its_file(string function, string file, int line, string expected)
    {
        var mapped = Map.Map(new StackFrame(function, file, line, true));

        Assert.Equal(expected, mapped.Path);
        Assert.Equal(line, mapped.Line);
    }

    [Fact]
    public void A_compiled_script_leads_to_its_source_without_the_line()
    {
        var mapped = Map.Map(new StackFrame("route", "/app/dist/routes/index.js", 120, true));

        Assert.Equal("web/src/routes/index.ts", mapped.Path);
        Assert.Null(mapped.Line);
    }

    [Fact]
    public void A_frame_without_a_file_is_found_by_its_class() =>
        Assert.Equal("src/Shop/Inventory/Stock.cs", Map.Map(new StackFrame("Shop.Inventory.Stock.ReserveAsync(String sku)", null, null, true)).Path);

    [Theory]
    [InlineData("handle", "Handler.java")]
    [InlineData("x", "/app/Program.cs")]
    public void Where_two_files_fit_as_well_none_is_taken_and_both_are_named(string function, string file)
    {
        var mapped = Map.Map(new StackFrame(function, file, 1, true));

        Assert.Null(mapped.Path);
        Assert.Equal(2, mapped.Rivals.Length);
    }

    [Theory]
    [InlineData("/app/node_modules/express/cart.js")]
    [InlineData("node:internal/cart.js")]
    [InlineData("/usr/local/lib/python3.12/site-packages/shop/inventory.py")]
    [InlineData("/usr/local/go/src/store/store.go")]
    [InlineData("/go/pkg/mod/github.com/x/store/store.go")]
    [InlineData("/_/src/libraries/System/Checkout.cs")]
    [InlineData("<frozen importlib>")]
    [InlineData("/app/src/Shop/Sql/Queries.g.cs")]
    [InlineData("/app/none.cs")]
    [InlineData("///")]
    [InlineData("")]
    public void Dependencies_generated_files_and_nonsense_lead_nowhere(string file) =>
        Assert.Null(Map.Map(new StackFrame("f", file, 1, true)).Path);

    [Fact]
    public void A_frame_of_a_dependency_is_skipped_though_its_file_name_fits() =>
        Assert.Null(Map.Map(new StackFrame("f", "/x/src/Shop/Checkout.cs", 1, false)).Path);

    [Theory]
    [InlineData("Shop.Inventory.<ReserveAsync>d__3.MoveNext()", "ReserveAsync")]
    [InlineData("Shop.Inventory.<>c__DisplayClass0_0.<PlaceAsync>b__2(Order o)", "PlaceAsync")]
    [InlineData("Shop.Cache.Get[T](String key)", "Get")]
    [InlineData("com.acme.Handler.lambda$run$0", "run")]
    [InlineData("main.(*Store).Reserve(0xc000012, 0x1)", "Reserve")]
    [InlineData("main.main.func1", "main")]
    [InlineData("async Cart.add", "add")]
    [InlineData("Object.<anonymous>", "")]
    [InlineData("<module>", "")]
    [InlineData("", "")]
    public void A_printed_function_is_reduced_to_its_name(string printed, string expected) =>
        Assert.Equal(expected, FunctionName.Short(printed));
}
