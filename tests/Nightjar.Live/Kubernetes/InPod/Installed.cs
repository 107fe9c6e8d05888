using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Nightjar.Live.Kubernetes.InPod;

/// <summary>
/// An overlay of <c>deploy/kubernetes</c> in a namespace of the real cluster. It is changed as little as a machine without registry, storage
/// and service addresses needs: the image, a volume, where the API server is; and names of its own for what has no namespace.
/// </summary>
internal sealed class Installed : IAsyncDisposable
{
    private readonly Space space;
    private readonly Place place;
    private readonly string token = Guid.NewGuid().ToString("N");

    private Installed(Space space, Place place) => (this.space, this.place) = (space, place);

    /// <summary>What the cluster calls its account.</summary>
    public string Account => $"system:serviceaccount:{space.Name}:nightjar-{space.Name}";

    public string Workload => $"nightjar-{space.Name}";

    private string Folder => place.File("install");

    /// <param name="configuration">The lines of <c>kubernetes</c> in nightjar.yaml.</param>
    public static async Task<Installed> ApplyAsync(string overlay, PodImage image, Space space, Place place, string configuration)
    {
        Assert.SkipWhen(image.WhyNot is not null, image.WhyNot ?? "");
        var installed = new Installed(space, place);
        Directory.CreateDirectory(installed.Folder);
        await installed.WriteAsync(overlay, image, configuration);
        await installed.ApplyAsync();
        return installed;
    }

    /// <summary>What is asked of the daemon's API in the pod, by its token.</summary>
    public async Task<JsonNode> WaitAsync(string what, Func<JsonNode, bool> isIt, string path)
    {
        using var http = await ClientAsync();
        JsonNode? last = null;
        try
        {
            return await Until.IsThereAsync(what, TimeSpan.FromSeconds(90), async () => isIt(last = JsonNode.Parse(await http.GetStringAsync(path)) ?? new JsonObject()) ? last : null);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; last: {last}; {await Command.KubectlAsync("-n", space.Name, "logs", "-l", "app.kubernetes.io/name=nightjar", "--tail=50")}", e);
        }
    }

    /// <summary>The command line in the pod.</summary>
    public Task<Ran> CliAsync(params string[] arguments) =>
        Command.RunAsync(TimeSpan.FromMinutes(1), "kubectl", ["-n", space.Name, "exec", $"deploy/{Workload}", "--", "/opt/nightjar/nightjar", .. arguments, "--config", "/etc/nightjar/nightjar.yaml"]);

    /// <summary>Runs the job of the cron job once, without waiting for its time, to its end.</summary>
    public async Task<Ran> JobAsync(string name)
    {
        var cron = JsonNode.Parse(await Command.KubectlAsync("-n", space.Name, "get", "cronjob", Workload, "-o", "json"));
        var job = new JsonObject { ["apiVersion"] = "batch/v1", ["kind"] = "Job", ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space.Name }, ["spec"] = cron?["spec"]?["jobTemplate"]?["spec"]?.DeepClone() };
        await File.WriteAllTextAsync(Path.Combine(Folder, $"{name}.json"), job.ToJsonString());
        await Command.KubectlAsync("apply", "-f", Path.Combine(Folder, $"{name}.json"));
        var pod = await space.WaitAsync("v1/pods", "the job to end", p => $"{p["metadata"]?["labels"]?["job-name"]}" == name && Space.State(p, "terminated") is not null, TimeSpan.FromSeconds(120));
        return new Ran(Space.State(pod, "terminated")?["exitCode"]?.GetValue<int>() ?? -1, await Command.KubectlAsync("-n", space.Name, "logs", $"{pod["metadata"]?["name"]}"), "");
    }

    public async ValueTask DisposeAsync() =>
        await Command.RunAsync(TimeSpan.FromMinutes(1), "kubectl", "delete", "--wait=false", "--ignore-not-found", "-f", Path.Combine(Folder, "all.yaml"));

    private async Task<HttpClient> ClientAsync()
    {
        var pod = await space.WaitAsync("v1/pods", "the daemon to be ready", p => $"{p["metadata"]?["labels"]?["app.kubernetes.io/component"]}" == "daemon" && p["status"]?["containerStatuses"]?[0]?["ready"]?.GetValue<bool>() == true && p["metadata"]?["deletionTimestamp"] is null, TimeSpan.FromSeconds(120));
        var http = new HttpClient { BaseAddress = new Uri($"http://{pod["status"]?["podIP"]}:7677/api/v1/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private async Task WriteAsync(string overlay, PodImage image, string configuration)
    {
        var state = Directory.CreateDirectory(place.File("pod-state")).FullName;
        File.SetUnixFileMode(state, (UnixFileMode)511);
        await File.WriteAllTextAsync(Path.Combine(Folder, "nightjar.yaml"), $"mode: ${{NIGHTJAR_MODE:-observe}}\nstate: /state\ndashboard: {{ listen: 0.0.0.0:7677 }}\nkubernetes:\n{configuration}\n");
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "volume.yaml"),
            $$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: state}
            spec:
              capacity: {storage: 2Gi}
              accessModes: [ReadWriteOnce]
              claimRef: {namespace: {{space.Name}}, name: nightjar-state-{{space.Name}}}
              hostPath: {path: {{state}}}
            """);
        var pod = overlay == "cronjob" ? "/spec/jobTemplate/spec/template/spec/containers/0" : "/spec/template/spec/containers/0";
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "kustomization.yaml"),
            $$$"""
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            namespace: {{{space.Name}}}
            nameSuffix: -{{{space.Name}}}
            resources: [{{{Path.GetRelativePath(Folder, Path.Combine(Place.Repository, "deploy", "kubernetes", "overlays", overlay))}}}, volume.yaml]
            images: [{name: nightjar, newName: {{{image.Name.Split(':')[0]}}}, newTag: "{{{image.Name.Split(':')[1]}}}"}]
            configMapGenerator: [{name: nightjar-config, behavior: replace, files: [nightjar.yaml]}]
            patches:
              - target: {kind: {{{(overlay == "cronjob" ? "CronJob" : "Deployment")}}}}
                patch: |
                  - {op: add, path: {{{pod}}}/imagePullPolicy, value: Never}
                  - {op: add, path: {{{pod}}}/env/-, value: {name: KUBERNETES_SERVICE_HOST, value: "{{{TestCluster.Access.Server.Host}}}"}}
                  - {op: add, path: {{{pod}}}/env/-, value: {name: KUBERNETES_SERVICE_PORT, value: "{{{TestCluster.Access.Server.Port}}}"}}
            """);
    }

    /// <summary>A server of 1.20 has cron jobs in a version that is no longer: what is written for it is said in the overlay.</summary>
    private async Task ApplyAsync()
    {
        var all = Path.Combine(Folder, "all.yaml");
        var rendered = await Command.KubectlAsync("kustomize", Folder);
        var served = await Command.KubectlAsync("api-resources", "--api-group=batch", "--no-headers");
        await File.WriteAllTextAsync(all, served.Contains("batch/v1beta1", StringComparison.Ordinal) ? rendered.Replace("apiVersion: batch/v1\nkind: CronJob", "apiVersion: batch/v1beta1\nkind: CronJob", StringComparison.Ordinal) : rendered);
        await Command.KubectlAsync("-n", space.Name, "create", "secret", "generic", "nightjar-token", $"--from-literal=token={token}");
        await Command.KubectlAsync("apply", "-f", all);
    }
}
