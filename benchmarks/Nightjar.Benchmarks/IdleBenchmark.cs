using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Nightjar.Benchmarks;

/// <summary>Twenty healthy services, a minute: what does watching cost?</summary>
internal sealed class IdleBenchmark : IBenchmark
{
    private const int Services = 20;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(60);

    public string Name => "idle";

    public string Says => $"running with {Services} services (a log file and a health address each) and nothing wrong, for a minute";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var healthy = builder.Build();
        healthy.MapGet("/health", () => "ok");
        await healthy.StartAsync(cancellationToken);

        var port = NightjarProcess.FreePort();
        using var process = NightjarProcess.Start("run", "--config", NightjarProcess.WriteConfig(folder.FullName, Services, port, new Uri(healthy.Urls.First() + "/health")));
        await NightjarProcess.ReadyAsync(port, cancellationToken);
        await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        process.Refresh();
        var before = process.TotalProcessorTime;
        await Task.Delay(Measured, TimeProvider.System, cancellationToken);
        process.Refresh();
        var cpu = (process.TotalProcessorTime - before) / Measured * 100;
        var memory = process.WorkingSet64 / 1e6;
        await NightjarProcess.StopAsync(process, cancellationToken);
        folder.Delete(recursive: true);
        return
        [
            new Row("share of one core", cpu, "%", "under 1", cpu < 1),
            new Row("resident memory", memory, "MB", "under 120", memory < 120),
        ];
    }
}
