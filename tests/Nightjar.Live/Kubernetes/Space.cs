using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Wire;

namespace Nightjar.Live.Kubernetes;

/// <summary>
/// A namespace of one test class alone in the real cluster, with hands to make things in it and eyes that wait by watching. It is deleted
/// with all that is in it. What is asked of it skips the test, with the reason, where there is no cluster.
/// </summary>
public sealed partial class Space : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly HashSet<string> WithoutNamespace = ["Namespace", "Node", "PersistentVolume", "StorageClass", "ClusterRole", "ClusterRoleBinding", "PriorityClass"];

    private readonly List<string> outside = [];
    private KubeApi? api;

    public string Name { get; } = $"nj-{Guid.NewGuid():N}"[..14];

    internal KubeApi Api
    {
        get
        {
            Assert.SkipWhen(TestCluster.WhyNot is not null, TestCluster.WhyNot ?? "");
            return api ?? throw new InvalidOperationException("not begun");
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (TestCluster.WhyNot is not null)
        {
            return;
        }

        api = TestCluster.Open();
        await CreateAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {Name}}}}}");
        await WaitAsync("v1/serviceaccounts", "the default service account", a => $"{a["metadata"]?["name"]}" == "default");
    }

    public async ValueTask DisposeAsync()
    {
        if (api is null)
        {
            return;
        }

        foreach (var path in outside.AsEnumerable().Reverse())
        {
            await DeleteAsync(path);
        }

        api.Dispose();
    }

    /// <summary>Makes each object of a YAML text (documents parted by <c>---</c>), in this namespace where it names none.</summary>
    internal async Task CreateAsync(string yaml)
    {
        foreach (var document in yaml.Split("\n---\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var (version, kind) = (Field(VersionLine(), document), Field(KindLine(), document));
            var plural = kind.EndsWith('y') ? $"{kind[..^1]}ies" : kind.EndsWith('s') ? $"{kind}es" : $"{kind}s";
            var path = List($"{version}/{plural.ToLowerInvariant()}", WithoutNamespace.Contains(kind) ? null : Field(SpaceLine(), document) is { Length: > 0 } other ? other : Name);
            using var made = await Api.AskAsync(HttpMethod.Post, path, new KubeBody(Encoding.UTF8.GetBytes(document), "application/yaml"), $"make a {kind}", TestContext.Current.CancellationToken);
            if (WithoutNamespace.Contains(kind))
            {
                outside.Add($"{path}/{made.RootElement.GetProperty("metadata").GetProperty("name")}");
            }
        }
    }

    /// <summary>A deployment of one container that runs a script.</summary>
    /// <param name="container">More of the container, as a YAML flow mapping's inside: <c>resources: {limits: {memory: 16Mi}}</c>.</param>
    /// <param name="pod">One more line of the pod's spec.</param>
    internal Task DeployAsync(string name, string script, string container = "", string pod = "", int replicas = 1) => CreateAsync(
        $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{name}}
        spec:
          replicas: {{replicas}}
          selector:
            matchLabels: {app: "{{name}}"}
          template:
            metadata:
              labels: {app: "{{name}}"}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{{Container("app", script, container)}}]
              {{pod}}
        """);

    /// <summary>A container that runs a script, as a YAML flow mapping; the shell takes each line of it.</summary>
    internal static string Container(string name, string script, string more = "") =>
        $"{{name: {name}, image: \"{TestCluster.Image}\", imagePullPolicy: Never, command: [/bin/sh, -c, {JsonSerializer.Serialize(script)}]{(more.Length > 0 ? $", {more}" : "")}}}";

    /// <param name="resource">Group version and plural: <c>v1/pods</c>, <c>apps/v1/deployments</c>.</param>
    /// <param name="patch">A JSON merge patch.</param>
    internal async Task PatchAsync(string resource, string name, string patch)
    {
        using var done = await Api.AskAsync(HttpMethod.Patch, $"{List(resource, Name)}/{name}", new KubeBody(Encoding.UTF8.GetBytes(patch), KubeBody.MergePatch), $"patch {name}", TestContext.Current.CancellationToken);
    }

    internal Task DeleteAsync(string resource, string name) => DeleteAsync($"{List(resource, Name)}/{name}");

    /// <summary>Lists, then watches until one of the objects is as wanted, over again when the server goes away; fails with those that were there.</summary>
    internal async Task<JsonNode> WaitAsync(string resource, string what, Func<JsonNode, bool> isIt, TimeSpan? limit = null)
    {
        var (path, seen) = (List(resource, Name), new Dictionary<string, JsonNode>(StringComparer.Ordinal));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(limit ?? Patience);
        while (!patience.IsCancellationRequested)
        {
            try
            {
                using var listed = await Api.GetAsync(path, $"list {resource}", patience.Token);
                foreach (var item in listed.RootElement.GetProperty("items").EnumerateArray())
                {
                    if (Is(item) is { } found)
                    {
                        return found;
                    }
                }

                using var watch = await Api.StreamAsync($"{path}?watch=true&resourceVersion={listed.RootElement.GetProperty("metadata").GetProperty("resourceVersion")}", $"watch {resource}", patience.Token);
                await using var stream = await watch.Content.ReadAsStreamAsync(patience.Token);
                await foreach (var line in WatchLines.ReadAsync(stream, () => { }, patience.Token))
                {
                    if (line.Type is "ADDED" or "MODIFIED" && Is(line.Object) is { } found)
                    {
                        return found;
                    }
                }
            }
            catch (Exception e) when (e is IOException or KubeException { Fault: KubeFault.Unreachable })
            {
                // Another story kills the server; it comes back.
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                // Said below.
            }
        }

        throw new TimeoutException($"Waited for {what}; there were {string.Join('\n', seen.Values.Select(s => $"{s["metadata"]?["name"]}: {s["status"]?.ToJsonString()}"))}");

        JsonNode? Is(JsonElement item)
        {
            var node = JsonNode.Parse(item.GetRawText()) ?? new JsonObject();
            seen[$"{node["metadata"]?["name"]}"] = node;
            return isIt(node) ? node : null;
        }
    }

    /// <summary>The state of a pod's container: <c>running</c>, <c>waiting</c>, <c>terminated</c>, with what is known of it.</summary>
    internal static JsonNode? State(JsonNode pod, string state, int container = 0) => pod["status"]?["containerStatuses"]?[container]?["state"]?[state];

    private static string List(string resource, string? space)
    {
        var cut = resource.LastIndexOf('/');
        var (group, plural) = (resource[..cut], resource[(cut + 1)..]);
        return $"/{(group.Contains('/', StringComparison.Ordinal) ? "apis" : "api")}/{group}/{(space is null ? "" : $"namespaces/{space}/")}{plural}";
    }

    private async Task DeleteAsync(string path)
    {
        try
        {
            using var done = await Api.AskAsync(HttpMethod.Delete, path, new KubeBody("""{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}"""u8.ToArray()), $"delete {path}", CancellationToken.None);
        }
        catch (KubeException e) when (e.Fault == KubeFault.NotFound)
        {
            // It is gone already.
        }
    }

    private static string Field(Regex line, string document) => line.Match(document).Groups[1].Value;

    [GeneratedRegex(@"^\{?\s*apiVersion: *([\w./-]+)", RegexOptions.Multiline)]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"(?:^|^\{.*?, )kind: *(\w+)", RegexOptions.Multiline)]
    private static partial Regex KindLine();

    [GeneratedRegex(@"^(?:\{?.*metadata: \{.*| {2})namespace: *([\w-]+)", RegexOptions.Multiline)]
    private static partial Regex SpaceLine();
}
