using System.Collections.Immutable;
using System.Text.Json;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>Pods, and the containers of templates.</summary>
internal static class PodReader
{
    /// <summary>Of one container.</summary>
    private const int MostAddresses = 100;

    public static Pod Read(JsonElement item)
    {
        var (spec, status) = (item.At("spec"), item.At("status"));
        var meta = MetaReader.Read("Pod", item);
        return new Pod
        {
            Meta = meta,
            Phase = status.Text("phase"),
            Reason = status.Text("reason"),
            Message = status.Text("message"),
            Node = spec.Text("nodeName"),
            ServiceAccount = spec.Text("serviceAccountName"),
            RestartPolicy = spec.Text("restartPolicy") is { Length: > 0 } policy ? policy : "Always",
            NodeSelector = spec.Map("nodeSelector"),
            HasNodeAffinity = spec.At("affinity").At("nodeAffinity").At("requiredDuringSchedulingIgnoredDuringExecution").ValueKind == JsonValueKind.Object,
            PullSecrets = [.. spec.Items("imagePullSecrets").Select(s => s.Text("name")).Where(n => n.Length > 0)],
            Address = status.Text("podIP"),
            Conditions = MetaReader.Conditions(status),
            Containers = Containers(spec, status),
            Needs = Needs(spec, meta.Namespace),
        };
    }

    /// <param name="status">Of the pod; none for a template.</param>
    public static ImmutableArray<Container> Containers(JsonElement spec, JsonElement status = default)
    {
        var standings = status.Items("initContainerStatuses").Concat(status.Items("containerStatuses")).GroupBy(s => s.Text("name"), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        return
        [
            .. spec.Items("initContainers").Select(c => Container(c, spec, standings, isInit: true)),
            .. spec.Items("containers").Select(c => Container(c, spec, standings, isInit: false)),
        ];
    }

    private static Container Container(JsonElement spec, JsonElement pod, Dictionary<string, JsonElement> standings, bool isInit)
    {
        var name = spec.Text("name");
        var status = standings.GetValueOrDefault(name);
        var resources = spec.At("resources");
        return new Container
        {
            Name = name,
            IsInit = isInit,
            Image = spec.Text("image"),
            MayBeRoot = MayBeRoot(spec.At("securityContext"), pod.At("securityContext")),
            Requests = resources.Map("requests"),
            Limits = resources.Map("limits"),
            Ports = [.. spec.Items("ports").Select(p => p.Whole("containerPort")).Where(p => p > 0)],
            Liveness = Probe(spec.At("livenessProbe")),
            Readiness = Probe(spec.At("readinessProbe")),
            Startup = Probe(spec.At("startupProbe")),
            IsPrivileged = spec.At("securityContext").Flag("privileged"),
            Mounts = [.. spec.Items("volumeMounts").Select(m => m.Text("mountPath")).Where(m => m.Length > 0 && !m.StartsWith("/var/run/secrets/kubernetes.io/", StringComparison.Ordinal))],
            Addresses = Addresses(spec),
            IsReady = status.Flag("ready"),
            Restarts = status.Whole("restartCount"),
            Now = Standing(status.At("state")),
            Before = Standing(status.At("lastState")),
        };
    }

    /// <summary>What the container says goes before what its pod says; what the image says nobody knows here.</summary>
    private static bool MayBeRoot(JsonElement container, JsonElement pod) =>
        !container.Flag("runAsNonRoot") && !(container.At("runAsNonRoot").ValueKind == JsonValueKind.Undefined && pod.Flag("runAsNonRoot"))
        && container.Long("runAsUser") == 0 && (container.At("runAsUser").ValueKind != JsonValueKind.Undefined || pod.Long("runAsUser") == 0);

    private static ImmutableDictionary<string, string> Addresses(JsonElement spec)
    {
        var found = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var variable in spec.Items("env"))
        {
            if (Address.Kept(variable.Text("name"), variable.Text("value")) is { } address && found.Count < MostAddresses)
            {
                found[variable.Text("name")] = address;
            }
        }

        return found.ToImmutable();
    }

    private static ContainerProbe? Probe(JsonElement probe)
    {
        if (probe.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var kind = probe.At("httpGet").ValueKind == JsonValueKind.Object ? "http" : probe.At("tcpSocket").ValueKind == JsonValueKind.Object ? "tcp" : probe.At("grpc").ValueKind == JsonValueKind.Object ? "grpc" : "exec";
        var how = probe.At(kind switch { "http" => "httpGet", "tcp" => "tcpSocket", var other => other });
        return new ContainerProbe(kind, how.Text("port"), how.Text("path"), probe.Whole("initialDelaySeconds"), probe.Whole("periodSeconds", 10), probe.Whole("timeoutSeconds", 1), probe.Whole("failureThreshold", 3));
    }

    private static ContainerStanding? Standing(JsonElement state)
    {
        if (state.At("terminated") is { ValueKind: JsonValueKind.Object } ended)
        {
            return new ContainerStanding(ContainerPhase.Ended, ended.Text("reason"), ended.Text("message")) { ExitCode = ended.Whole("exitCode"), StartedAt = ended.Moment("startedAt"), EndedAt = ended.Moment("finishedAt") };
        }

        if (state.At("running") is { ValueKind: JsonValueKind.Object } running)
        {
            return new ContainerStanding(ContainerPhase.Running, "", "") { StartedAt = running.Moment("startedAt") };
        }

        return state.At("waiting") is { ValueKind: JsonValueKind.Object } waits ? new ContainerStanding(ContainerPhase.Waiting, waits.Text("reason"), waits.Text("message")) : null;
    }

    /// <summary>By name alone: what is in a secret or a config map is never asked for.</summary>
    private static ImmutableArray<ObjectRef> Needs(JsonElement spec, string space)
    {
        var found = new List<(string Kind, string Name, bool IsOptional)>();
        foreach (var volume in spec.Items("volumes"))
        {
            found.Add(("PersistentVolumeClaim", volume.At("persistentVolumeClaim").Text("claimName"), false));
            found.Add(("ConfigMap", volume.At("configMap").Text("name"), volume.At("configMap").Flag("optional")));
            found.Add(("Secret", volume.At("secret").Text("secretName"), volume.At("secret").Flag("optional")));
        }

        foreach (var container in spec.Items("initContainers").Concat(spec.Items("containers")))
        {
            var from = container.Items("envFrom").Select(e => (Map: e.At("configMapRef"), Secret: e.At("secretRef")));
            var keys = container.Items("env").Select(e => e.At("valueFrom")).Select(v => (Map: v.At("configMapKeyRef"), Secret: v.At("secretKeyRef")));
            foreach (var (map, secret) in from.Concat(keys))
            {
                found.Add(("ConfigMap", map.Text("name"), map.Flag("optional")));
                found.Add(("Secret", secret.Text("name"), secret.Flag("optional")));
            }
        }

        return [.. found.Where(n => n.Name.Length > 0 && !n.IsOptional).Select(n => new ObjectRef(n.Kind, space, n.Name)).Distinct()];
    }
}
