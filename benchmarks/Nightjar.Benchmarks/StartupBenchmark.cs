using System.Diagnostics;

namespace Nightjar.Benchmarks;

internal sealed class StartupBenchmark : IBenchmark
{
    private const int Runs = 10;

    public string Name => "startup";

    public string Says => "how long --help takes, and how long run takes until it answers";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var help = new List<double>();
        var ready = new List<double>();
        var stop = new List<double>();
        for (var i = 0; i <= Runs; i++)
        {
            var began = Stopwatch.GetTimestamp();
            using (var process = NightjarProcess.Start("--help"))
            {
                await process.StandardOutput.ReadToEndAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
            }

            help.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            var (up, down) = await RunAsync(cancellationToken);
            ready.Add(up);
            stop.Add(down);
        }

        // The first of each read the disk.
        var (helpMs, readyMs) = (Report.Median(help.Skip(1)), Report.Median(ready.Skip(1)));
        return
        [
            new Row($"--help, median of {Runs}", helpMs, "ms", "under 250", helpMs < 250),
            new Row($"run until it answers, median of {Runs}", readyMs, "ms", "under 1,500", readyMs < 1_500),
            new Row($"SIGTERM until it is gone, median of {Runs}", Report.Median(stop.Skip(1)), "ms"),
        ];
    }

    private static async Task<(double Up, double Down)> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
        var port = NightjarProcess.FreePort();
        var config = NightjarProcess.WriteConfig(folder.FullName, 1, port, null);
        var began = Stopwatch.GetTimestamp();
        using var process = NightjarProcess.Start("run", "--config", config);
        await NightjarProcess.ReadyAsync(port, cancellationToken);
        var up = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        began = Stopwatch.GetTimestamp();
        await NightjarProcess.StopAsync(process, cancellationToken);
        folder.Delete(recursive: true);
        return (up, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }
}
