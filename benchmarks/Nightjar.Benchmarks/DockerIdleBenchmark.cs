using System.Globalization;
using Nightjar.Testing;

namespace Nightjar.Benchmarks;

/// <summary>Two hundred containers of a simulated engine, and ten of a real one where there is one: what does watching them cost?</summary>
internal sealed class DockerIdleBenchmark : IBenchmark
{
    private const int Containers = 200;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(120);

    public string Name => "docker-idle";

    public string Says => $"{Containers} containers watched with nothing wrong, for two minutes; ten real ones with --host DOCKER_HOST (names c-0 … c-9)";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        await using (var engine = await EngineStandIn.StartAsync(TimeProvider.System))
        {
            for (var i = 0; i < Containers; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"c-{i}");
                engine.Run(name, id => new StandInContainer(id, name) { MemoryLimit = 256_000_000, Health = i % 2 == 0 ? "healthy" : null, Labels = new() { ["com.docker.compose.project"] = "shop", ["com.docker.compose.service"] = name } });
            }

            rows.AddRange(await MeasureAsync(engine.Host, $"{Containers} simulated containers", cancellationToken));
            rows.Add(new Row("questions a sweep", engine.Asked.Count / ((Settle + Measured) / TimeSpan.FromSeconds(30)), ""));
        }

        if (arguments is ["--host", var host, ..])
        {
            rows.AddRange(await MeasureAsync(host, "real containers", cancellationToken));
        }

        return rows;
    }

    private static async Task<IReadOnlyList<Row>> MeasureAsync(string host, string what, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
        var (port, config) = (NightjarProcess.FreePort(), Path.Combine(folder.FullName, "nightjar.yaml"));
        await File.WriteAllTextAsync(config, $"state: '{folder.FullName}/state'\ndashboard: {{ listen: '127.0.0.1:{port}' }}\ndocker: {{ host: '{host}' }}\nservices:\n  - name: shop\n    containers: 'c-*'\n", cancellationToken);
        using var process = NightjarProcess.Start("run", "--config", config);
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
        return [new Row($"share of one core, {what}", cpu, "%", "under 1", cpu < 1), new Row($"resident memory, {what}", memory, "MB", "under 150", memory < 150)];
    }
}
