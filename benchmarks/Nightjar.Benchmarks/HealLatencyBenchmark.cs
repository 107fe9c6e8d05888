using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Nightjar.Configuration;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Hosting;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Benchmarks;

/// <summary>
/// From the signal of a dead container to a heal that was verified, through the program's own composition, playbooks, store and wake-ups.
/// The container is a stand-in that takes a second to restart; that second is not counted.
/// </summary>
internal sealed class HealLatencyBenchmark : IBenchmark
{
    private const int Deaths = 9;

    private static readonly TimeSpan Restart = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public string Name => "heal-latency";

    public string Says => "a container dies, a stand-in and a real one: how long until it is healed and that is verified, besides the restart itself";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
        try
        {
            var clock = TimeProvider.System;
            await using var store = await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "nightjar.db"), clock, cancellationToken);
            var hands = new Container();
            var options = new NightjarOptions
            {
                Services = [.. Enumerable.Range(0, Deaths).Select(i => new Service { Name = new ServiceName($"service-{i}") })],
                State = folder.FullName,
                Conduct = new Conduct { Mode = Mode.Autonomous },
                Healing = new HealOptions { ActionsPerHour = 1_000 },
            };
            await using var parts = new ServiceCollection().AddLogging(l => l.SetMinimumLevel(LogLevel.Critical)).AddNightjar(options, store, new Seams())
                .RemoveAll<IActuator>().RemoveAll<IWorkloads>().AddSingleton<IActuator>(hands).AddSingleton<IWorkloads>(hands).BuildServiceProvider();
            var wakeUps = parts.GetRequiredService<QuartzWakeUps>();
            await wakeUps.StartAsync(parts.GetRequiredService<IncidentLoop>().StepAsync, cancellationToken);
            var times = new List<double>();
            for (var i = 0; i < Deaths; i++)
            {
                times.Add(await HealAsync(parts, store, hands, i, cancellationToken) - Restart.TotalSeconds);
            }

            await wakeUps.StopAsync();
            var median = Report.Median(times);
            return
            [
                new Row("a stand-in: from signal to verified, besides the restart, median", median, "s", "under 3", median < 3),
                new Row("the slowest", times.Max(), "s"),
                new Row("of which the container must stay well", 2, "s"),
                .. await RealDeaths.RunAsync(cancellationToken),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> HealAsync(IServiceProvider parts, SqliteStore store, Container hands, int number, CancellationToken cancellationToken)
    {
        hands.IsWell = false;
        var began = Stopwatch.GetTimestamp();
        await parts.GetRequiredService<ISignalDoor>().AcceptAsync(
            new Signal { Kind = SignalKind.WorkloadFailure, Service = new ServiceName($"service-{number}"), At = TimeProvider.System.GetUtcNow(), Condition = "container-exited", Workload = $"container/web-{number}", Message = "exited" },
            cancellationToken);
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            var newest = (await store.Incidents.ListAsync(new IncidentQuery { Limit = 1 }, cancellationToken))[0];
            if (newest.Outcome == IncidentOutcome.Healed)
            {
                return Stopwatch.GetElapsedTime(began).TotalSeconds;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }

        throw new InvalidOperationException("It was not healed within a minute");
    }

    private sealed class Container : IActuator, IWorkloads
    {
        public bool IsWell { get; set; }

        public bool Can(HealAction action) => action is HealAction.Restart;

        public Task<bool?> WasDoneAsync(HealAction action, DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<bool?>(false);

        public async Task<ActionResult> DoAsync(HealAction action, CancellationToken cancellationToken)
        {
            await Task.Delay(Restart, TimeProvider.System, cancellationToken);
            IsWell = true;
            return new ActionResult("restarted");
        }

        public Task<WorkloadStanding?> LookAsync(ServiceName service, string workload, CancellationToken cancellationToken) =>
            Task.FromResult<WorkloadStanding?>(new WorkloadStanding(IsWell, IsWell ? "running" : "exited", TimeProvider.System.GetUtcNow(), null, 0));
    }
}
