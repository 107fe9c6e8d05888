using System.Diagnostics;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Benchmarks;

/// <summary>A hundred agents that reserve money at the same time from a real ledger on disk, until a cap is reached.</summary>
internal sealed class LedgerBenchmark : IBenchmark
{
    private const int Agents = 100;
    private const int Each = 2_000;
    private const decimal Amount = 0.001m;

    public string Name => "ledger";

    public string Says => "a hundred concurrent reservations at a time from a real ledger, and whether a cap is passed";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
        try
        {
            await using var store = await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "nightjar.db"), TimeProvider.System, cancellationToken);
            const decimal Cap = Amount * Agents * Each * 3 / 4;
            var caps = new SpendCaps { Run = Cap, Incident = Cap, ServiceDay = Cap, Day = Cap };
            var began = Stopwatch.GetTimestamp();
            var granted = await Task.WhenAll(Enumerable.Range(0, Agents).Select(a => Task.Run(() => ReserveAsync(store.Spend, $"run-{a}", caps, cancellationToken), cancellationToken)));
            var took = Stopwatch.GetElapsedTime(began);
            var perSecond = Agents * Each / took.TotalSeconds;
            var spent = (await store.Spend.FiguresAsync(null, cancellationToken)).Today;
            return
            [
                new Row($"reservations, {Agents} at a time", perSecond, "/s", "more than 20,000/s", perSecond > 20_000),
                new Row("granted", granted.Sum(), ""),
                new Row("passed the cap by", (double)Math.Max(0, spent - Cap), "$", "nothing", spent <= Cap),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> ReserveAsync(ISpendLedger ledger, string run, SpendCaps caps, CancellationToken cancellationToken)
    {
        var granted = 0;
        for (var i = 0; i < Each; i++)
        {
            granted += (await ledger.ReserveAsync(new SpendPurpose(run, null, new ServiceName("shop")), caps, "claude-sonnet-4-6", Amount, cancellationToken)).Refusal is null ? 1 : 0;
        }

        return granted;
    }
}
