using Nightjar.Core.Evidence.StackTraces;

namespace Nightjar.Tests.Logs;

public sealed class StackTraceTests
{
    [Fact]
    public void A_dotnet_trace_gives_the_methods_as_they_stand_in_the_source()
    {
        var trace = StackTrace.Parse("""
            Shop.StockMismatchError: stock of 7 is -3
               at Shop.Inventory.Reserve(Int32 product, Int32 count) in /src/shop/Inventory.cs:line 42
               at Shop.Checkout.<PlaceAsync>d__3.MoveNext() in /src/shop/Checkout.cs:line 17
            --- End of stack trace from previous location ---
               at Program.<>c__DisplayClass0_0.<<Main>$>b__1(HttpContext context) in /src/shop/Program.cs:line 9
               at Shop.Json.<Write>g__Inner|3_0() in /src/shop/obj/Json.g.cs:line 3
               at Microsoft.AspNetCore.Http.RequestDelegateFactory.<>c__DisplayClass8_0.<ExecuteTaskOfT>b__0()
               at Npgsql.NpgsqlCommand.Execute() in /_/src/Npgsql/NpgsqlCommand.cs:line 1
            """);

        Assert.Equal("Shop.StockMismatchError", trace.ErrorClass);
        Assert.Equal("stock of 7 is -3", trace.Message);
        Assert.Equal(
            ["Shop.Inventory.Reserve in /src/shop/Inventory.cs:42", "Shop.Checkout.PlaceAsync in /src/shop/Checkout.cs:17", "Program.Main in /src/shop/Program.cs:9"],
            trace.Frames.Where(f => f.IsOwnCode).Select(f => f.ToString()));
        Assert.Equal(6, trace.Frames.Length);
    }

    [Fact]
    public void The_root_cause_of_a_dotnet_chain_comes_first()
    {
        var trace = StackTrace.Parse("""
            Unhandled exception. System.AggregateException: One or more errors occurred. (boom)
             ---> Shop.CheckoutException: checkout failed
             ---> Shop.StockMismatchError: stock is -3
               at Shop.Inventory.Reserve() in C:\src\Inventory.cs:line 42
               --- End of inner exception stack trace ---
               at Shop.Checkout.Place() in C:\src\Checkout.cs:line 17
               --- End of inner exception stack trace ---
               at Shop.Program.Main() in C:\src\Program.cs:line 3
            """);

        Assert.Equal("System.AggregateException", trace.ErrorClass);
        Assert.Equal("Shop.StockMismatchError", trace.RootClass);
        Assert.Equal("stock is -3", trace.RootMessage);
        Assert.Equal(["Shop.Inventory.Reserve", "Shop.Checkout.Place", "Shop.Program.Main"], trace.Frames.Select(f => f.Function));
        Assert.Equal(@"C:\src\Inventory.cs", trace.Frames[0].File);
    }

    [Fact]
    public void A_dotnet_trace_that_a_logger_put_on_one_line_is_read_as_well()
    {
        var trace = StackTrace.Parse("Shop.StockMismatchError: stock is -3    at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42    at Shop.Checkout.Place() in /src/Checkout.cs:line 17");

        Assert.Equal("Shop.StockMismatchError", trace.ErrorClass);
        Assert.Equal("stock is -3", trace.Message);
        Assert.Equal([42, 17], trace.Frames.Select(f => f.Line));
    }

    [Fact]
    public void Without_symbols_only_the_names_tell_own_code()
    {
        var trace = StackTrace.Parse("System.InvalidOperationException: boom\n   at System.Linq.Enumerable.First[T](IEnumerable`1 source)\n   at Shop.Cart.Total()\n   at Shop.Order..ctor(Cart cart)");

        Assert.Equal(["Shop.Cart.Total", "Shop.Order..ctor"], trace.Frames.Where(f => f.IsOwnCode).Select(f => f.Function));
        Assert.Equal("System.Linq.Enumerable.First", trace.Frames[0].Function);
    }

    [Fact]
    public void The_cause_of_a_java_exception_comes_first()
    {
        var trace = StackTrace.Parse("""
            Exception in thread "main" com.shop.CheckoutException: checkout failed
            	at com.shop.Checkout.place(Checkout.java:17)
            	at com.shop.Checkout.lambda$run$0(Checkout.java:9)
            	at java.base/java.util.ArrayList.forEach(ArrayList.java:1511)
            	at org.springframework.web.Dispatcher.handle(Dispatcher.java:3)
            	Suppressed: com.shop.CloseException: late
            		at com.shop.Pool.close(Pool.java:5)
            Caused by: com.shop.StockMismatchException: stock is -3
            	at com.shop.Inventory.reserve(Inventory.java:42)
            	at com.shop.Checkout$$EnhancerBySpringCGLIB$$1.place(<generated>)
            	at sun.reflect.Accessor.invoke(Native Method)
            	... 12 more
            """);

        Assert.Equal(("com.shop.CheckoutException", "checkout failed"), (trace.ErrorClass, trace.Message));
        Assert.Equal(("com.shop.StockMismatchException", "stock is -3"), (trace.RootClass, trace.RootMessage));
        Assert.Equal(["com.shop.Inventory.reserve", "com.shop.Checkout.place", "com.shop.Checkout.run"], trace.Frames.Where(f => f.IsOwnCode).Select(f => f.Function));
        Assert.Equal(("Inventory.java", 42), (trace.Frames[0].File, trace.Frames[0].Line));
        Assert.DoesNotContain(trace.Frames, f => f.Function.Contains("Pool", StringComparison.Ordinal));
    }

    [Fact]
    public void Python_prints_the_failing_frame_last_and_the_cause_first()
    {
        var trace = StackTrace.Parse("""
            ERROR checkout failed
            Traceback (most recent call last):
              File "/app/shop/checkout.py", line 17, in place
                inventory.reserve(7)
              File "/app/shop/inventory.py", line 42, in reserve
                raise StockMismatch(-3)
                ^^^^^^^^^^^^^^^^^^^^^^^
            shop.errors.StockMismatch: stock is -3

            The above exception was the direct cause of the following exception:

            Traceback (most recent call last):
              File "/usr/lib/python3.12/site-packages/flask/app.py", line 9, in dispatch
              File "/app/main.py", line 3, in <module>
            shop.errors.CheckoutFailed: checkout failed
            """);

        Assert.Equal("shop.errors.CheckoutFailed", trace.ErrorClass);
        Assert.Equal(("shop.errors.StockMismatch", "stock is -3"), (trace.RootClass, trace.RootMessage));
        Assert.Equal(["reserve in /app/shop/inventory.py:42", "place in /app/shop/checkout.py:17", " in /app/main.py:3"], trace.Frames.Where(f => f.IsOwnCode).Select(f => f.ToString()));
    }

    [Fact]
    public void A_node_trace_knows_async_frames_bare_places_and_the_runtime()
    {
        var trace = StackTrace.Parse("""
            /app/server.js:10
                throw new StockMismatchError(-3);
                ^

            StockMismatchError: stock is -3
                at Inventory.reserve (/app/src/inventory.js:42:11)
                at async place (file:///app/src/checkout.mjs:17:5)
                at /app/src/server.js:9:3
                at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)
                at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
                at new Promise (<anonymous>) {
              [cause]: TypeError [ERR_INVALID]: not a number
                  at parse (/app/src/parse.js:3:1)
            }
            """);

        Assert.Equal(("StockMismatchError", "stock is -3"), (trace.ErrorClass, trace.Message));
        Assert.Equal(("TypeError", "not a number"), (trace.RootClass, trace.RootMessage));
        Assert.Equal(
            ["parse in /app/src/parse.js:3", "Inventory.reserve in /app/src/inventory.js:42", "place in /app/src/checkout.mjs:17", " in /app/src/server.js:9"],
            trace.Frames.Where(f => f.IsOwnCode).Select(f => f.ToString()));
    }

    [Fact]
    public void Of_a_go_panic_the_first_goroutine_counts()
    {
        var trace = StackTrace.Parse("""
            panic: runtime error: index out of range [5] with length 3

            goroutine 7 [running]:
            panic({0x4a3b20?, 0xc0000b4000?})
            	/usr/local/go/src/runtime/panic.go:770 +0x132
            shop/internal/stock.(*Store).Reserve(0xc00007, 0x5)
            	/app/internal/stock/store.go:42 +0x1d
            github.com/gin-gonic/gin.(*Context).Next(...)
            	/home/u/go/pkg/mod/github.com/gin-gonic/gin@v1.9.1/context.go:174
            created by main.main in goroutine 1
            	/app/main.go:12 +0x25

            goroutine 1 [chan receive]:
            main.other()
            	/app/other.go:1 +0x1
            exit status 2
            """);

        Assert.Equal(("panic", "runtime error: index out of range [5] with length 3"), (trace.ErrorClass, trace.Message));
        Assert.Equal(["shop/internal/stock.(*Store).Reserve in /app/internal/stock/store.go:42", "main.main in /app/main.go:12"], trace.Frames.Where(f => f.IsOwnCode).Select(f => f.ToString()));
    }

    [Theory]
    [InlineData("checkout failed: StockMismatchError: stock is -3", "StockMismatchError", "stock is -3")]
    [InlineData("com.shop.FooException", "com.shop.FooException", "")]
    [InlineData("nothing of the kind: 12", "", "")]
    [InlineData("", "", "")]
    public void A_line_without_frames_may_still_name_a_class(string text, string errorClass, string message)
    {
        var trace = StackTrace.Parse(text);

        Assert.Equal((errorClass, message, 0), (trace.ErrorClass, trace.Message, trace.Frames.Length));
    }

    [Fact]
    public void A_runaway_recursion_is_cut_at_the_limit()
    {
        var text = "Shop.StackError: deep\n" + string.Concat(Enumerable.Repeat("   at Shop.A.B() in /a.cs:line 1\n", 5_000));

        Assert.Equal(StackTrace.MostFrames, StackTrace.Parse(text).Frames.Length);
    }

    [Theory]
    [InlineData("   at ")]
    [InlineData("   at (")]
    [InlineData("   at )(:")]
    [InlineData("Traceback (most recent call last):\n  File \"")]
    [InlineData("goroutine 1 [running]:\n\t.go:")]
    [InlineData("x\n\t/.go:99999999999999999999")]
    [InlineData("   at a (b:99999999999999:1)")]
    [InlineData("   at <<<>>>.<.MoveNext() in :line ")]
    [InlineData("at x.y(Z.java:\nCaused by: \n at (Native Method)")]
    public void Broken_traces_do_no_harm(string text) => Assert.NotNull(StackTrace.Parse(text));
}
