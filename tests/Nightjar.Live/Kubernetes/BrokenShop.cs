using System.Text.Json.Nodes;

namespace Nightjar.Live.Kubernetes;

/// <summary>Two namespaces in which everything is broken in its own way, and the program that looks at them.</summary>
public sealed class BrokenShop : IAsyncLifetime
{
    private readonly Space space = new();
    private readonly Space small = new();
    private readonly Place place = new();
    private Daemon? daemon;

    internal Space Space => space;

    /// <summary>With room for no pod.</summary>
    internal Space Small => small;

    internal Daemon Daemon => daemon ?? throw new InvalidOperationException("not begun");

    public async ValueTask InitializeAsync()
    {
        if (TestCluster.WhyNot is not null)
        {
            return;
        }

        await space.InitializeAsync();
        await small.InitializeAsync();
        daemon = await ClusterShop.RunAsync(place, "", space.Name, small.Name);
        await Task.WhenAll(
            space.DeployAsync("leaks", "x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done", "resources: {limits: {memory: 16Mi}}"),
            space.DeployAsync("wrong-port", "httpd -f -p 8080 -h /www", "ports: [{containerPort: 8080}], readinessProbe: {tcpSocket: {port: 8081}, periodSeconds: 1, failureThreshold: 1}"),
            space.DeployAsync("greedy", "sleep 1000", "resources: {requests: {cpu: 1000}}"),
            space.DeployAsync("picky", "sleep 1000", pod: "nodeSelector: {disk: fast}"),
            space.DeployAsync("kept-away", "sleep 1000", pod: $"nodeSelector: {{kubernetes.io/hostname: {space.Name}}}"),
            space.DeployAsync("keeps", "sleep 1000", pod: "volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]"),
            space.DeployAsync("two-ways", "httpd -f -p 8080 -h /www", "readinessProbe: {tcpSocket: {port: 8081}, periodSeconds: 1, failureThreshold: 1}"),
            space.DeployAsync("well", "httpd -f -p 8080 -h /www", "readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}"),
            space.CreateAsync(
                $$"""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: nignx}
                spec:
                  selector:
                    matchLabels: {app: nignx}
                  template:
                    metadata:
                      labels: {app: nignx}
                    spec:
                      containers: [{name: app, image: "nignx:1.19"}]
                ---
                apiVersion: v1
                kind: Node
                metadata:
                  name: {{space.Name}}
                  labels: {kubernetes.io/hostname: "{{space.Name}}"}
                spec:
                  taints: [{key: gpu, value: only, effect: NoSchedule}]
                ---
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data}
                spec:
                  accessModes: [ReadWriteOnce]
                  storageClassName: gold
                  resources:
                    requests: {storage: 1Gi}
                ---
                apiVersion: batch/v1
                kind: Job
                metadata: {name: import}
                spec:
                  backoffLimit: 0
                  template:
                    spec:
                      restartPolicy: Never
                      containers: [{{Space.Container("app", "echo no such table >&2; exit 7")}}]
                """),
            small.CreateAsync("{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: {hard: {pods: 0}}}"));
        await small.DeployAsync("crowd", "sleep 1000");
    }

    public async ValueTask DisposeAsync()
    {
        await place.DisposeAsync();
        await small.DisposeAsync();
        await space.DisposeAsync();
    }

    /// <summary>Waits for the one open incident about what is named. Skips the test where there is no cluster.</summary>
    internal async Task<JsonNode> IncidentAsync(string service, string fails)
    {
        _ = space.Api;
        var all = await Daemon.WaitAsync($"an incident of {service} that says {fails}", n => Of(n, service).Any(), "incidents?open=true&limit=200");
        var incident = Assert.Single(Of(all, service));
        Assert.Contains(fails, $"{incident["title"]}", StringComparison.Ordinal);
        return incident;
    }

    private static IEnumerable<JsonNode> Of(JsonNode answer, string service) => (answer["incidents"]?.AsArray() ?? []).OfType<JsonNode>().Where(i => $"{i["service"]}" == service);
}
