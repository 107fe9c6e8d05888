using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Evidence.Kubectl;

/// <summary>Collects what the outputs name; what was described says more than what was listed, and stays.</summary>
internal sealed partial class KubectlObjects
{
    private static readonly string[] Waits = ["CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "ContainerCreating", "PodInitializing"];

    private readonly Dictionary<ObjectRef, Pod> pods = [];
    private readonly Dictionary<ObjectRef, Workload> workloads = [];
    private readonly Dictionary<ObjectRef, Node> nodes = [];
    private readonly Dictionary<ObjectRef, Claim> claims = [];
    private readonly Dictionary<ObjectRef, Volume> volumes = [];
    private readonly Dictionary<ObjectRef, ClusterService> services = [];
    private readonly Dictionary<ObjectRef, Endpoints> endpoints = [];
    private readonly Dictionary<ObjectRef, Quota> quotas = [];
    private readonly HashSet<ClusterEvent> events = [];
    private readonly List<(string Name, ImmutableArray<string> Lines)> logs = [];

    public void Add(string kind, Described of, DateTimeOffset taken)
    {
        var about = kind switch
        {
            "Pod" => Keep(pods, DescribedPod.Read(of), p => p.Meta.Ref),
            "Service" => Keep(services, DescribedObjects.Service(of), s => s.Meta.Ref),
            "PersistentVolumeClaim" => Keep(claims, DescribedObjects.Claim(of), c => c.Meta.Ref),
            "PersistentVolume" => Keep(volumes, DescribedObjects.Volume(of), v => v.Meta.Ref),
            "Node" => Keep(nodes, DescribedObjects.Node(of), n => n.Meta.Ref),
            "ResourceQuota" => Keep(quotas, DescribedObjects.Quota(of), q => q.Meta.Ref),
            "Endpoints" => new ObjectRef(kind, of.Text("Namespace"), of.Text("Name")),
            _ => Keep(workloads, DescribedObjects.Workload(kind, of), w => w.Meta.Ref),
        };
        events.UnionWith(Readings.Events(of, about, taken));
    }

    public void Add(KubectlTable table, string space, DateTimeOffset taken)
    {
        foreach (var cell in table.Rows)
        {
            var name = cell("NAME");
            var where = cell("NAMESPACE") is { Length: > 0 } named ? named : space;
            if (table.Has("LAST SEEN", "REASON", "OBJECT", "MESSAGE"))
            {
                events.Add(Readings.Event(Object(cell("OBJECT"), where), cell("TYPE"), cell("REASON"), cell("LAST SEEN"), "", cell("MESSAGE"), taken));
            }
            else if (name.Length == 0)
            {
                // Nothing that could be told from another.
                continue;
            }
            else if (table.Has("READY", "STATUS", "RESTARTS"))
            {
                pods.TryAdd(new ObjectRef("Pod", where, name), ListedPod(cell, name, where, taken));
            }
            else if (table.Has("STATUS", "ROLES", "VERSION"))
            {
                nodes.TryAdd(new ObjectRef("Node", "", name), ListedNode(cell("STATUS"), name));
            }
            else if (table.Has("READY", "UP-TO-DATE", "AVAILABLE") && !name.Contains('/', StringComparison.Ordinal))
            {
                workloads.TryAdd(new ObjectRef("Deployment", where, name), ListedDeployment(cell, name, where));
            }
            else if (table.Has("TYPE", "CLUSTER-IP", "PORT(S)"))
            {
                services.TryAdd(new ObjectRef("Service", where, name), new ClusterService(new ObjectMeta { Ref = new ObjectRef("Service", where, name) }, cell("TYPE"), Readings.Labels([cell("SELECTOR")]),
                    [.. PortShape().Matches(cell("PORT(S)")).Select(m => new ServicePort("", int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture), "", m.Groups[2].Value))]));
            }
            else if (table.Has("ENDPOINTS"))
            {
                endpoints.TryAdd(new ObjectRef("Endpoints", where, name), new Endpoints(new ObjectMeta { Ref = new ObjectRef("Endpoints", where, name) }, cell("ENDPOINTS").Split(',', StringSplitOptions.RemoveEmptyEntries).Length, 0));
            }
            else if (table.Has("CAPACITY", "RECLAIM POLICY", "CLAIM"))
            {
                volumes.TryAdd(new ObjectRef("PersistentVolume", "", name), new Volume(new ObjectMeta { Ref = new ObjectRef("PersistentVolume", "", name) }, cell("STATUS"), cell("STORAGECLASS"), cell("CAPACITY"), DescribedObjects.Modes(cell("ACCESS MODES")), cell("CLAIM"), cell("REASON")));
            }
            else if (table.Has("VOLUME", "CAPACITY", "STORAGECLASS"))
            {
                claims.TryAdd(new ObjectRef("PersistentVolumeClaim", where, name), new Claim(new ObjectMeta { Ref = new ObjectRef("PersistentVolumeClaim", where, name) }, cell("STATUS"), cell("VOLUME"), cell("STORAGECLASS"), cell("CAPACITY"), DescribedObjects.Modes(cell("ACCESS MODES"))));
            }
        }
    }

    /// <param name="name">Of the file, or the command: whose it is, which container, which run.</param>
    public void AddLog(string name, ImmutableArray<string> lines) => logs.Add((name, lines));

    public ClusterSnapshot Snapshot(ObjectRef subject, DateTimeOffset taken) => new()
    {
        Cluster = "kubectl",
        Subject = subject,
        TakenAt = taken,
        Pods = [.. pods.Values],
        Workloads = [.. workloads.Values],
        Nodes = [.. nodes.Values],
        Claims = [.. claims.Values],
        Volumes = [.. volumes.Values],
        Services = [.. services.Values],
        Endpoints = [.. endpoints.Values],
        Quotas = [.. quotas.Values],
        Events = [.. events.OrderBy(e => e.Last)],
        Logs = [.. logs.Select(Log).OfType<ContainerLog>()],
        Missing = [.. Missing()],
    };

    private static ObjectRef Keep<T>(Dictionary<ObjectRef, T> kept, T item, Func<T, ObjectRef> key)
    {
        kept[key(item)] = item;
        return key(item);
    }

    /// <summary>The pod whose name the log's name has; else any pod of the workload that it names.</summary>
    private ContainerLog? Log((string Name, ImmutableArray<string> Lines) log)
    {
        var pod = pods.Values.Where(p => log.Name.Contains(p.Meta.Name, StringComparison.Ordinal)).OrderByDescending(p => p.Meta.Name.Length).FirstOrDefault()
            ?? pods.Values.Select(p => (Pod: p, Base: p.Meta.Labels.TryGetValue("pod-template-hash", out var hash) && p.Meta.Name.Split($"-{hash}-", 2) is [var first, _] ? first : p.Meta.Name))
                .Where(p => Whole(log.Name, p.Base)).OrderByDescending(p => p.Base.Length).ThenBy(p => p.Pod.IsReady).Select(p => p.Pod).FirstOrDefault();
        if (pod is null)
        {
            return null;
        }

        var container = pod.Containers.Where(c => !c.IsInit && log.Name.Contains(c.Name, StringComparison.Ordinal) && !pod.Meta.Name.Contains(c.Name, StringComparison.Ordinal)).Select(c => c.Name).FirstOrDefault()
            ?? pod.Containers.Where(c => !c.IsInit).Select(c => c.Name).FirstOrDefault() ?? "";
        return new ContainerLog(pod.Meta.Ref, container, log.Name.Contains("previous", StringComparison.Ordinal), [.. log.Lines.Select(l => new LoggedLine(default, Secrets.Mask(l)))]);
    }

    /// <summary>The name stands there by itself: <c>cart</c> is not in <c>cart-db</c>.</summary>
    private static bool Whole(string text, string name)
    {
        var at = text.IndexOf(name, StringComparison.Ordinal);
        return at >= 0 && name.Length > 0 && (at == 0 || !IsOfName(text[at - 1])) && (at + name.Length == text.Length || !IsOfName(text[at + name.Length]));

        static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';
    }

    private static Pod ListedPod(Func<string, string> cell, string name, string space, DateTimeOffset taken)
    {
        var status = cell("STATUS");
        var ready = cell("READY").Split('/');
        var all = ready is [var up, var of] && up == of;
        var restarts = new string([.. cell("RESTARTS").TakeWhile(char.IsAsciiDigit).Take(6)]);
        var standing = Waits.Contains(status) ? new ContainerStanding(ContainerPhase.Waiting, status, "")
            : status is "Error" or "OOMKilled" ? new ContainerStanding(ContainerPhase.Ended, status, "") { ExitCode = 1 }
            : status is "Running" ? new ContainerStanding(ContainerPhase.Running, "", "") : null;
        return new Pod
        {
            Meta = new ObjectMeta { Ref = new ObjectRef("Pod", space, name), Labels = Readings.Labels([cell("LABELS")]), CreatedAt = taken - (Readings.Age(cell("AGE")) ?? TimeSpan.Zero) },
            Phase = status is "Pending" or "Running" or "Succeeded" or "Failed" or "Unknown" ? status : status is "Completed" ? "Succeeded" : status is "Evicted" ? "Failed" : "Pending",
            Reason = status is "Evicted" ? status : "",
            Node = cell("NODE"),
            Address = cell("IP"),
            Containers = [new Container { Name = "", Now = standing, IsReady = all, Restarts = int.TryParse(restarts, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0 }],
            Conditions = [new ObjectCondition("Ready", all ? "True" : "False", "", "", null)],
        };
    }

    private static Node ListedNode(string status, string name) => new()
    {
        Meta = new ObjectMeta { Ref = new ObjectRef("Node", "", name) },
        IsCordoned = status.Contains("SchedulingDisabled", StringComparison.Ordinal),
        Conditions = [new ObjectCondition("Ready", status.StartsWith("Ready", StringComparison.Ordinal) ? "True" : "False", "", status, null)],
    };

    private static Workload ListedDeployment(Func<string, string> cell, string name, string space)
    {
        var ready = cell("READY").Split('/').Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return new Workload { Meta = new ObjectMeta { Ref = new ObjectRef("Deployment", space, name) }, Ready = ready.FirstOrDefault(), Wanted = ready.Skip(1).FirstOrDefault(), Selector = Readings.Labels([cell("SELECTOR")]) };
    }

    private static ObjectRef Object(string text, string space)
    {
        var (kind, name) = text.Split('/', 2) is [var first, var second] ? (first, second) : ("", text);
        var proper = kind switch { "pod" => "Pod", "replicaset" => "ReplicaSet", "deployment" => "Deployment", "statefulset" => "StatefulSet", "daemonset" => "DaemonSet", "job" => "Job", "node" => "Node", "persistentvolumeclaim" => "PersistentVolumeClaim", "service" => "Service", var other => other };
        return new ObjectRef(proper, proper == "Node" ? "" : space, name);
    }

    private IEnumerable<string> Missing()
    {
        foreach (var (what, count) in new[] { ("pods", pods.Count), ("nodes", nodes.Count), ("services", services.Count), ("events", events.Count), ("logs", logs.Count) })
        {
            if (count == 0)
            {
                yield return $"no {what} in what was given";
            }
        }
    }

    [GeneratedRegex(@"(\d{1,5})(?::\d{1,5})?/(TCP|UDP|SCTP)", RegexOptions.CultureInvariant)]
    private static partial Regex PortShape();
}
