using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Nightjar.Benchmarks;

/// <summary>The built program as it watches one cluster, in a folder of its own.</summary>
internal sealed class ClusterDaemon : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-bench-");
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Process process;

    private ClusterDaemon(string kubeconfig, string namespaces, int port)
    {
        var config = Path.Combine(folder.FullName, "nightjar.yaml");
        File.WriteAllText(config, $"state: '{folder.FullName}/state'\ndashboard: {{ listen: '127.0.0.1:{port}' }}\nkubernetes: {{ kubeconfig: '{kubeconfig}', namespaces: '{namespaces}' }}\n");
        http.BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/");
        process = NightjarProcess.Start("run", "--config", config);
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public double Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1e6;
        }
    }

    private TimeSpan Processor
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <param name="kubeconfig">A file.</param>
    public static async Task<ClusterDaemon> StartAsync(string kubeconfig, string namespaces, CancellationToken cancellationToken)
    {
        var port = NightjarProcess.FreePort();
        var daemon = new ClusterDaemon(kubeconfig, namespaces, port);
        await NightjarProcess.ReadyAsync(port, cancellationToken);
        var token = Path.Combine(daemon.folder.FullName, "state", "token");
        daemon.http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(token, cancellationToken)).Trim());
        await daemon.UntilAsync("status", s => $"{s["watchers"]}".Contains("objects", StringComparison.Ordinal), cancellationToken);
        return daemon;
    }

    /// <summary>Percent of one core while something goes on.</summary>
    public async Task<double> ShareAsync(Func<Task> meanwhile)
    {
        var (before, began) = (Processor, Stopwatch.GetTimestamp());
        await meanwhile();
        return (Processor - before) / Stopwatch.GetElapsedTime(began) * 100;
    }

    public async Task<JsonArray> IncidentsAsync(CancellationToken cancellationToken) => (await GetAsync("incidents?open=true&limit=200", cancellationToken))["incidents"]?.AsArray() ?? [];

    /// <summary>Fails after a minute.</summary>
    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> holds, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < 3_000; tries++)
        {
            if (await GetAsync(path, cancellationToken) is var answer && holds(answer))
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }

        throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{path} did not come to hold"));
    }

    public async ValueTask DisposeAsync()
    {
        await NightjarProcess.StopAsync(process, CancellationToken.None);
        process.Dispose();
        http.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) => JsonNode.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken)) ?? new JsonObject();
}
