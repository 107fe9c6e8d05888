using Nightjar.Agents.BuiltIn;
using Nightjar.Agents.BuiltIn.Smells;

namespace Nightjar.Tests.Agents;

public sealed class SmellTests
{
    [Theory]
    [InlineData("a.cs", """
        async Task<bool> ReserveAsync(string sku, int quantity)
        {
            var available = await store.LevelAsync(sku);
            if (available < quantity) { return false; }
            await store.SetLevelAsync(sku, available - quantity);
            return true;
        }
        """, "available", 5)]
    [InlineData("a.cs", """
        async Task ReserveAsync(string sku, int quantity)
        {
            var item = await store.FindAsync(sku);
            if (item.Stock < quantity)
            {
                throw new OutOfStock(sku);
            }

            await audit.WriteLineAsync(sku);
            item.Stock -= quantity;
        }
        """, "item", 10)]
    [InlineData("a.cs", """
        async Task ReserveAsync(string sku, int quantity)
        {
            if (stock[sku] >= quantity)
            {
                await Task.Yield();
                stock[sku] -= quantity;
            }
        }
        """, "stock", 6)]
    [InlineData("a.js", """
        async function reserve(sku, quantity) {
          const level = await db.get(sku);
          if (level < quantity) throw new Error('no stock');
          await db.put(sku, level - quantity);
        }
        """, "level", 4)]
    [InlineData("a.py", """
        async def reserve(self, sku, quantity):
            if self.levels[sku] < quantity:
                raise OutOfStock(sku)
            await self.audit(sku)
            self.levels[sku] -= quantity
        """, "levels", 5)]
    [InlineData("a.cs", """
        async Task<bool> TakeAsync(string item, int count)
        {
            var level = Checked(await shelves.ReadAsync(item));
            if (level < count)
            {
                return false;
            }

            await shelves.ChangeAsync(item, -count);
            return true;
        }
        """, "level", 9)]
    public void A_value_checked_and_written_across_an_await_smells(string path, string text, string name, int line)
    {
        var smelled = new CheckThenAct().Sniff(Change(path, text, added: text.Split('\n')));

        Assert.NotNull(smelled);
        Assert.Contains($"`{name}` is checked", smelled.Says, StringComparison.Ordinal);
        Assert.Equal(line, smelled.Line);
    }

    [Theory]
    [InlineData("held by a lock", """
        async Task ReserveAsync(string sku, int quantity)
        {
            await gate.WaitAsync();
            var available = await store.LevelAsync(sku);
            if (available < quantity) { return; }
            await store.SetLevelAsync(sku, available - quantity);
        }
        """)]
    [InlineData("no wait between", """
        void Reserve(string sku, int quantity)
        {
            if (stock[sku] >= quantity) { stock[sku] -= quantity; }
        }
        """)]
    [InlineData("an argument is validated, not state", """
        async Task SaveAsync(Order order, int quantity)
        {
            if (quantity <= 0) { throw new ArgumentException("quantity"); }
            await store.SaveAsync(order, quantity);
        }
        """)]
    [InlineData("only whether it is there", """
        async Task<Order> RenameAsync(int id, string name)
        {
            var order = await store.FindAsync(id);
            if (order == null) { return null; }
            await store.SaveAsync(order, name);
        }
        """)]
    public void Code_that_is_held_together_does_not_smell(string why, string text) =>
        Assert.True(new CheckThenAct().Sniff(Change("a.cs", text, added: text.Split('\n'))) is null, why);

    [Fact]
    public void An_await_that_was_there_before_is_not_blamed_on_the_commit()
    {
        const string text = """
            async Task ReserveAsync(string sku, int quantity)
            {
                if (stock[sku] >= quantity)
                {
                    await Task.Yield();
                    stock[sku] -= quantity;
                }
            }
            """;

        Assert.Null(new CheckThenAct().Sniff(Change("a.cs", text, added: ["// a remark"])));
    }

    [Theory]
    [InlineData("lock (gate)", "", true)]
    [InlineData("    with self.lock:", "", true)]
    [InlineData("lock (gate)", "lock (other)", false)]
    [InlineData("block(gate)", "", false)]
    public void A_removed_lock_smells(string removed, string added, bool smells) =>
        Assert.Equal(smells, new RemovedLock().Sniff(Change("a.cs", "", [added], [removed])) is not null);

    [Theory]
    [InlineData("if (user == null) return;", "", "System.NullReferenceException x", 1.0)]
    [InlineData("if user is None:", "", "Timeout", 0.3)]
    [InlineData("user?.Name", "user?.First", "NullReferenceException", 0.0)]
    public void A_removed_null_check_says_more_about_errors_of_nothing(string removed, string added, string trouble, double weight) =>
        Assert.Equal(weight, new RemovedNullCheck().Sniff(Change("a.cs", "", [added], [removed], trouble))?.Weight ?? 0);

    [Theory]
    [InlineData("Timeout = TimeSpan.FromSeconds(30)", "Timeout = TimeSpan.FromSeconds(1)", "TaskCanceledException timed out", 1.5)]
    [InlineData("timeout: 30", "timeout: 1", "StockError", 0.3)]
    [InlineData("retries: 3", "retries: 1", "timed out", 0.0)]
    public void A_changed_time_limit_says_more_about_errors_of_time(string removed, string added, string trouble, double weight) =>
        Assert.Equal(weight, new ChangedTimeout().Sniff(Change("a.cs", "", [added], [removed], trouble))?.Weight ?? 0);

    [Theory]
    [InlineData("SELECT id FROM orders WHERE state = 1", "Npgsql.PostgresException", 1.2)]
    [InlineData("select the best", "SqlException", 0.0)]
    public void A_changed_query_says_more_about_errors_of_a_database(string added, string trouble, double weight) =>
        Assert.Equal(weight, new ChangedQuery().Sniff(Change("a.cs", "", [added], [], trouble))?.Weight ?? 0);

    private static ChangedFunction Change(string path, string text, string[] added, string[]? removed = null, string trouble = "")
    {
        var file = new SourceFile(path, text.Split('\n'));
        return new ChangedFunction(new FunctionRegion(file, "f", 1, file.Lines.Length), [.. added], [.. removed ?? []], trouble);
    }
}
