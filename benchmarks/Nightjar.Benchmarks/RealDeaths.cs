using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nightjar.Configuration;
using Nightjar.Connectors.Docker;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Hosting;
using Nightjar.Storage.Sqlite;
using Nightjar.Testing;

namespace Nightjar.Benchmarks;

/// <summary>
/// From the kill of a real container to a heal that was verified: a Docker Engine of its own, and the program's own watcher, playbooks, store and
/// wake-ups. What the engine takes for the restart alone is measured beside it, and taken off.
/// </summary>
internal static class RealDeaths
{
    private const int Deaths = 7;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        if (DockerEngine.WhyNot is { } why)
        {
            return [Skipped(why)];
        }

        try
        {
            await using var engine = await DockerEngine.StartAsync();
            return await MeasureAsync(engine, cancellationToken);
        }
        catch (TimeoutException e)
        {
            return [Skipped(e.Message)];
        }
    }

    private static Row Skipped(string why) => new($"real containers skipped: {why}", 0, "");

    private static async Task<IReadOnlyList<Row>> MeasureAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        var restarts = new List<double>();
        for (var i = 0; i < Deaths; i++)
        {
            await engine.RunAsync(Name(i), "while true; do sleep 0.1; done");
            await engine.PostAsync($"containers/{Name(i)}/kill");
            var began = Stopwatch.GetTimestamp();
            await engine.PostAsync($"containers/{Name(i)}/restart");
            restarts.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        var (times, waits) = await HealAllAsync(engine, cancellationToken);
        var (restart, whole) = (Report.Median(restarts), Report.Median(times));
        var wait = waits.TotalSeconds;
        return
        [
            new Row("real containers: from kill to verified, median", whole, "s"),
            new Row("of which the engine's restart, median", restart, "s"),
            new Row("besides the restart, median", whole - restart, "s", "under 3", whole - restart < 3),
            new Row("the slowest, besides the restart", times.Max() - restart, "s"),
            new Row("share of that which is the playbook's verify for", wait / (whole - restart) * 100, "%"),
        ];
    }

    private static async Task<(List<double> Times, TimeSpan For)> HealAllAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
        try
        {
            await using var store = await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "nightjar.db"), TimeProvider.System, cancellationToken);
            var options = new NightjarOptions
            {
                Services = [.. Enumerable.Range(0, Deaths).Select(i => new Service { Name = new ServiceName($"service-{i}"), Containers = [new ContainerWatch { Name = Name(i) }] })],
                State = folder.FullName,
                Conduct = new Conduct { Mode = Mode.Autonomous },
                Docker = new DockerOptions { Host = engine.Host },
            };
            await using var parts = new ServiceCollection().AddLogging(l => l.SetMinimumLevel(LogLevel.Critical)).AddNightjar(options, store, new Seams()).BuildServiceProvider();
            var wakeUps = parts.GetRequiredService<QuartzWakeUps>();
            await wakeUps.StartAsync(parts.GetRequiredService<IncidentLoop>().StepAsync, cancellationToken);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watcher = parts.GetRequiredService<IEnumerable<IWatcher>>().Single(w => w.Name == "docker");
            var watching = watcher.RunAsync(ends.Token);
            await UntilAsync(() => Task.FromResult(watcher.Health.Says.Contains("looked after", StringComparison.Ordinal)), cancellationToken);
            var times = new List<double>();
            for (var i = 0; i < Deaths; i++)
            {
                var healed = i + 1;
                var began = Stopwatch.GetTimestamp();
                await engine.PostAsync($"containers/{Name(i)}/kill");
                await UntilAsync(async () => (await store.Incidents.ListAsync(new IncidentQuery { Limit = Deaths }, cancellationToken)).Count(n => n.Outcome == IncidentOutcome.Healed) == healed, cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            }

            await ends.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await wakeUps.StopAsync();
            return (times, parts.GetRequiredService<PlaybookShelf>().Playbooks.Single(p => p.Name == "restart").Verify.For);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        for (var began = Stopwatch.GetTimestamp(); !await isSo();)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException("It was not healed within a minute");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }
    }

    private static string Name(int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"c-{number}");
}
