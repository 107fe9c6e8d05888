using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>A stand-in cluster, what watches it, and what was told and read of it. Time goes on only while somebody waits.</summary>
internal sealed class Watched : ISignalDoor, ILineFollower, IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private KubernetesWatcher? watcher;
    private Task running = Task.CompletedTask;

    private Watched(KubeStandIn cluster) => Cluster = cluster;

    public KubeStandIn Cluster { get; }

    public FakeClock Clock { get; } = new();

    public ConcurrentQueue<Signal> Told { get; } = new();

    /// <summary>What was read, as <c>service: line</c>.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    public ConcurrentQueue<int> Longest { get; } = new();

    public WatcherHealth Health => watcher?.Health ?? new WatcherHealth(false, "");

    public string Conditions => string.Join(", ", Told.Select(t => $"{t.Workload} {t.Condition}").Distinct().Order(StringComparer.Ordinal));

    public static async Task<Watched> StartAsync(Action<KubeStandIn> fill, Func<KubernetesOptions, KubernetesOptions>? options = null, bool waits = true)
    {
        var watched = new Watched(await KubeStandIn.StartAsync());
        fill(watched.Cluster);
        var chosen = (options ?? (o => o))(new KubernetesOptions { IsOn = true, LookAhead = false });
        watched.watcher = new KubernetesWatcher("kubernetes test", () => new ClusterAccess { Name = "test", Server = watched.Cluster.Url, Login = new FixedLogin(KubeProof.None) }, chosen, new Catalogue([]), watched, watched.Clock, NullLogger.Instance, follower: watched);
        watched.running = watched.watcher.RunAsync(watched.stop.Token);
        if (waits)
        {
            await watched.UntilAsync(() => watched.Health.Says.Contains("objects", StringComparison.Ordinal) && watched.Cluster.Watches >= 18);
        }

        return watched;
    }

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        Told.Enqueue(signal);
        return ValueTask.CompletedTask;
    }

    public async Task FollowAsync(ILineSource source, CancellationToken cancellationToken)
    {
        await foreach (var batch in source.FollowAsync(new Dictionary<string, string>(), cancellationToken))
        {
            foreach (var line in batch.Lines)
            {
                Longest.Enqueue(line.Length);
                Lines.Enqueue($"{source.Service}: {System.Text.Encoding.UTF8.GetString(line.Span[..Math.Min(line.Length, 100)])}");
            }
        }
    }

    /// <summary>Waits for the real work of others, without letting time go on.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 4_000, $"it never held; told: {string.Join("; ", Told.Select(t => t.Message))}; lines: {string.Join("; ", Lines.Take(20))}; {Health.Says}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, stop.Token);
        }
    }

    /// <summary>Lets time go on, in steps that every timer notices.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(5))
        {
            Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(TimeSpan.FromMilliseconds(8), TimeProvider.System, stop.Token);
        }
    }

    public async Task PassUntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 600, $"it never held; told: {string.Join("; ", Told.Select(t => t.Message))}; lines: {string.Join("; ", Lines.Take(20))}; {Health.Says}");
            await PassAsync(TimeSpan.FromSeconds(5));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Cluster.DisposeAsync();
        stop.Dispose();
    }

    public static JsonObject Object(string name, string? space, params (string Key, JsonNode? Value)[] more)
    {
        var item = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } };
        if (space is not null)
        {
            item["metadata"]!["namespace"] = space;
        }

        foreach (var (key, value) in more)
        {
            item[key] = value;
        }

        return item;
    }

    public static JsonNode Json(string text) => JsonNode.Parse(text) ?? new JsonObject();

    /// <summary>A pod that is well, on a node.</summary>
    public void Pod(string name, string space = "shop", string? status = null, string spec = """{"nodeName": "node1", "containers": [{"name": "app", "image": "app:1"}]}""", string labels = """{"app": "web"}""", string annotations = "{}")
    {
        var pod = Object(name, space, ("spec", Json(spec)), ("status", Json(status ?? Running)));
        pod["metadata"]!["labels"] = Json(labels);
        pod["metadata"]!["annotations"] = Json(annotations);
        pod["metadata"]!["creationTimestamp"] = Clock.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Cluster.Put("/api/v1/pods", pod);
    }

    public void Node(string name, bool isReady, string more = "[]")
    {
        var conditions = Json(more).AsArray();
        conditions.Add(Json($$"""{"type": "Ready", "status": "{{(isReady ? "True" : "Unknown")}}", "reason": "{{(isReady ? "KubeletReady" : "NodeStatusUnknown")}}"}"""));
        Cluster.Put("/api/v1/nodes", Object(name, null, ("status", new JsonObject { ["conditions"] = conditions })));
    }

    public static string Running => """{"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [{"name": "app", "ready": true, "state": {"running": {"startedAt": "2026-05-19T20:00:00Z"}}}]}""";

    public static string Crashing => """{"phase": "Running", "containerStatuses": [{"name": "app", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}, "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-05-19T20:59:00Z"}}}]}""";
}
