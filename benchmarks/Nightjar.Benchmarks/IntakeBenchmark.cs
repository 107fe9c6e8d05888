using System.Diagnostics;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Benchmarks;

/// <summary>A million signals of a thousand problems, folded over a real store whose counts are written as in the daemon.</summary>
internal sealed class IntakeBenchmark : IBenchmark
{
    private const int Signals = 1_000_000;
    private const int Problems = 1_000;

    public string Name => "intake";

    public string Says => "a million signals of a thousand problems, folded into a real SQLite store";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
        try
        {
            await using var store = await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "nightjar.db"), TimeProvider.System, cancellationToken);
            var open = new OpenIncidents();
            var stores = new IncidentStores(store.Incidents, store.Folds, store.Inbox, store.Journal, store.Ledger);
            var intake = new Intake(stores, open, new HoldBack(store.Silences, store.Ledger, store.Incidents, new Catalogue([]), TimeProvider.System), new Catalogue([]), new NoWakeUps(), new IntakeOptions(FingerprintStrategy.Evidence, TimeSpan.FromHours(1)), TimeProvider.System);
            var problems = Enumerable.Range(0, Problems).Select(Problem).ToArray();

            var began = Stopwatch.GetTimestamp();
            foreach (var problem in problems)
            {
                await intake.AcceptAsync(problem, cancellationToken);
            }

            var opening = Stopwatch.GetElapsedTime(began);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            began = Stopwatch.GetTimestamp();
            for (var i = 0; i < Signals; i++)
            {
                await intake.AcceptAsync(problems[i % Problems], cancellationToken);
                if (i % 200_000 == 199_999)
                {
                    await intake.FlushAsync(cancellationToken);
                }
            }

            await intake.FlushAsync(cancellationToken);
            var folding = Stopwatch.GetElapsedTime(began);
            var grown = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6;
            var incidents = await store.Incidents.ListAsync(new IncidentQuery { Limit = Problems * 2 }, cancellationToken);
            var counted = 0L;
            foreach (var incident in incidents)
            {
                counted += (await store.Folds.ReadAsync(incident.Id, cancellationToken)).Sum(f => f.Count);
            }

            var rate = Signals / folding.TotalSeconds;
            return
            [
                new Row("incidents opened", incidents.Count, "", $"exactly {Problems}", incidents.Count == Problems),
                new Row("signals counted on disk", counted, "", $"exactly {Signals + Problems}", counted == Signals + Problems),
                new Row("signals folded a second (one thread)", rate, "/s", "at least 200,000", rate >= 200_000),
                new Row("managed memory grown meanwhile", grown, "MB", "flat: under 5", grown < 5),
                new Row("opening one incident, on disk, in the mean", opening.TotalMilliseconds / Problems, "ms"),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A third has a class that says something, the rest is told apart by message and place, which costs more.</summary>
    private static Signal Problem(int number) => new()
    {
        Kind = SignalKind.ErrorRate,
        Service = new ServiceName($"service-{number}"),
        At = TimeProvider.System.GetUtcNow(),
        ErrorClass = number % 3 == 0 ? $"Problem{number}Error" : "System.Exception",
        Message = $"order {number} of customer 4711 could not be placed at 10.0.0.7",
        Frames = [new Core.Evidence.StackFrame("Shop.Checkout.Place", "/app/src/Checkout.cs", 42, IsOwnCode: true)],
        Samples = [$"order {number} could not be placed"],
    };

    private sealed class NoWakeUps : IWakeUps
    {
        public Task WakeAsync(IncidentId incident, DateTimeOffset at, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
