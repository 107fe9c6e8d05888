using System.Globalization;
using System.Text;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Wire;

namespace Nightjar.Benchmarks;

/// <summary>Containers that fail in a real cluster: from their last line to the incident, and from when anybody could see it.</summary>
internal static class RealFailures
{
    private const string Marked = "nightjar-test";

    private const int Runs = 20;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("KUBECONFIG") is not { Length: > 0 } kubeconfig || !File.Exists(kubeconfig) || KubeConfig.Read([kubeconfig]).Open(null, TimeProvider.System) is not { Name: Marked } access)
        {
            Console.Error.WriteLine($"left out: KUBECONFIG names no cluster whose context is {Marked}");
            return [];
        }

        using var api = new KubeApi(access);
        var space = $"nj-bench-{Guid.NewGuid():N}"[..16];
        await MakeAsync(api, "/api/v1/namespaces", $"{{apiVersion: v1, kind: Namespace, metadata: {{name: {space}}}}}", cancellationToken);
        try
        {
            await using var daemon = await ClusterDaemon.StartAsync(kubeconfig, space, cancellationToken);
            var (all, ours) = (new List<double>(), new List<double>());
            for (var run = 0; run < Runs; run++)
            {
                var (failed, seen, opened) = await OneAsync(api, daemon, space, string.Create(CultureInfo.InvariantCulture, $"fails-{run}"), cancellationToken);
                all.Add((opened - failed).TotalSeconds);
                ours.Add((opened - seen).TotalSeconds);
            }

            return
            [
                new Row($"failure to incident, median of {Runs}, real cluster", Median(all), "s", "under 2", Median(all) < 2),
                new Row("failure to incident, the worst", all.Max(), "s", "under 2", all.Max() < 2),
                new Row("seen by another watch to incident, median", Median(ours), "s"),
                new Row("seen by another watch to incident, the worst", ours.Max(), "s"),
            ];
        }
        finally
        {
            using var gone = await api.AskAsync(HttpMethod.Delete, $"/api/v1/namespaces/{space}", null, "delete the namespace", CancellationToken.None);
        }
    }

    /// <summary>When the container wrote its last line, when a watch told that it had failed, and when the incident was opened.</summary>
    private static async Task<(DateTimeOffset Failed, DateTimeOffset Seen, DateTimeOffset Opened)> OneAsync(KubeApi api, ClusterDaemon daemon, string space, string name, CancellationToken cancellationToken)
    {
        var pods = $"/api/v1/namespaces/{space}/pods";
        using var before = await api.GetAsync(pods, "list pods", cancellationToken);
        using var watch = await api.StreamAsync($"{pods}?watch=true&resourceVersion={before.RootElement.GetProperty("metadata").GetProperty("resourceVersion")}", "watch pods", cancellationToken);
        await MakeAsync(api, pods, $$"""{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "{{name}}"}, "spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": "nightjar-test/busybox:1", "imagePullPolicy": "Never", "command": ["/bin/sh", "-c", "sleep 1; echo I fail; exit 3"]}] } }""", cancellationToken);
        await using var stream = await watch.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var line in WatchLines.ReadAsync(stream, () => { }, cancellationToken))
        {
            if (line.Object.GetProperty("metadata").GetProperty("name").GetString() == name && line.Object.GetProperty("status").GetRawText().Contains("\"terminated\"", StringComparison.Ordinal))
            {
                break;
            }
        }

        var seen = TimeProvider.System.GetUtcNow();
        var answer = await daemon.UntilAsync("incidents?open=true&limit=200", n => $"{n}".Contains($"{space}/{name}\"", StringComparison.Ordinal), cancellationToken);
        var incident = answer["incidents"]?.AsArray().First(i => $"{i?["service"]}" == $"{space}/{name}");
        using var said = await api.StreamAsync($"{pods}/{name}/log?timestamps=true", "read the log", cancellationToken);
        var failed = DateTimeOffset.Parse((await said.Content.ReadAsStringAsync(cancellationToken)).Split(' ')[0], CultureInfo.InvariantCulture);
        return (failed, seen, DateTimeOffset.Parse($"{incident?["openedAt"]}", CultureInfo.InvariantCulture));
    }

    private static async Task MakeAsync(KubeApi api, string path, string yaml, CancellationToken cancellationToken)
    {
        using var made = await api.AskAsync(HttpMethod.Post, path, new KubeBody(Encoding.UTF8.GetBytes(yaml), "application/yaml"), "make an object", cancellationToken);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
