using System.Diagnostics;

namespace Nightjar.Benchmarks;

/// <summary>
/// What watching a large cluster costs (simulated), what it misses when watches break, and how soon a real failure in a real cluster is an
/// incident.
/// </summary>
internal sealed class KubernetesBenchmark : IBenchmark
{
    private const int Large = 5_000;

    private const int Small = 1_000;

    private const int Changes = 50;

    private const int Drops = 10;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Churn = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BetweenDrops = TimeSpan.FromSeconds(3);

    public string Name => "kubernetes";

    public string Says => $"{Large} pods with {Changes} changes a second and {Drops} broken watches, {Small} pods at rest (simulated); how soon failures are incidents in the cluster of KUBECONFIG, if its context is nightjar-test; --real, --idle: only these";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        if (arguments.Contains("--idle"))
        {
            return await IdleAsync(cancellationToken);
        }

        if (!arguments.Contains("--real"))
        {
            rows.AddRange(await LargeAsync(cancellationToken));
            rows.AddRange(await IdleAsync(cancellationToken));
        }

        rows.AddRange(await RealFailures.MeasureAsync(cancellationToken));
        return rows;
    }

    private static async Task<IReadOnlyList<Row>> LargeAsync(CancellationToken cancellationToken)
    {
        await using var cluster = await SimulatedCluster.StartAsync(Large);
        await using var daemon = await ClusterDaemon.StartAsync(cluster.Kubeconfig, "team-*", cancellationToken);
        await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var churn = ChurnAsync(cluster, stop.Token);
        var share = await daemon.ShareAsync(() => Task.Delay(Churn, TimeProvider.System, cancellationToken));
        for (var i = 0; i < Drops; i++)
        {
            cluster.Server.DropWatches();
            cluster.Fail(i);
            await Task.Delay(BetweenDrops, TimeProvider.System, cancellationToken);
        }

        var found = 0;
        var memory = daemon.Memory;
        for (var began = Stopwatch.GetTimestamp(); found < Drops && Stopwatch.GetElapsedTime(began) < Settle;)
        {
            found = (await daemon.IncidentsAsync(cancellationToken)).Count;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
        }

        await stop.CancelAsync();
        await churn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return
        [
            new Row($"share of one core, {Large} pods, {Changes} changes/s", share, "%", "under 10", share < 10),
            new Row($"resident memory, {Large} pods", memory, "MB", "under 250", memory < 250),
            new Row($"failures found of {Drops} that came while watches were broken", found, "", $"{Drops}", found == Drops),
        ];
    }

    private static async Task ChurnAsync(SimulatedCluster cluster, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / Changes);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            cluster.Change();
        }
    }

    private static async Task<IReadOnlyList<Row>> IdleAsync(CancellationToken cancellationToken)
    {
        await using var cluster = await SimulatedCluster.StartAsync(Small);
        await using var daemon = await ClusterDaemon.StartAsync(cluster.Kubeconfig, "team-*", cancellationToken);
        await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        var share = await daemon.ShareAsync(() => Task.Delay(Idle, TimeProvider.System, cancellationToken));
        return [new Row($"share of one core, {Small} pods at rest", share, "%", "under 1", share < 1), new Row($"resident memory, {Small} pods at rest", daemon.Memory, "MB")];
    }
}
