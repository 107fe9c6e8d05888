using System.Collections.Immutable;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using ContainerStanding = Nightjar.Core.Evidence.Cluster.ContainerStanding;

namespace Nightjar.Tests.Diagnosis;

/// <summary>A namespace in which something is wrong: what a test says of it, and nothing else.</summary>
internal sealed class Shop
{
    public const string Space = "shop";

    public static readonly DateTimeOffset Now = new(2026, 5, 19, 21, 0, 0, TimeSpan.Zero);

    private readonly List<Pod> pods = [];
    private readonly List<Workload> workloads = [];
    private readonly List<Node> nodes = [];
    private readonly List<Claim> claims = [];
    private readonly List<ClusterEvent> events = [];
    private readonly List<ContainerLog> logs = [];
    private readonly List<ClusterService> services = [];
    private readonly List<Volume> volumes = [];
    private readonly List<Quota> quotas = [];

    public static ObjectRef Deployment(string name) => new("Deployment", Space, name);

    public static ObjectRef ReplicaSet(string name) => new("ReplicaSet", Space, $"{name}-5d4f8");

    public static ObjectRef PodRef(string name) => new("Pod", Space, $"{name}-5d4f8-x2v9k");

    public static ImmutableDictionary<string, string> Map(params (string Key, string Value)[] entries) => entries.ToImmutableDictionary(e => e.Key, e => e.Value);

    /// <summary>A deployment with one pod.</summary>
    public Shop With(string name, Container? container = null, Func<Pod, Pod>? pod = null, int wanted = 1, bool hasPod = true)
    {
        workloads.Add(new Workload { Meta = new ObjectMeta { Ref = Deployment(name), CreatedAt = Now.AddHours(-1) }, Wanted = wanted, Selector = Map(("app", name)) });
        workloads.Add(new Workload { Meta = new ObjectMeta { Ref = ReplicaSet(name), Owner = Deployment(name), CreatedAt = Now.AddHours(-1) }, Wanted = wanted });
        if (hasPod)
        {
            var made = new Pod { Meta = new ObjectMeta { Ref = PodRef(name), Owner = ReplicaSet(name), CreatedAt = Now.AddMinutes(-5), Labels = Map(("app", name)) }, Phase = "Running", Node = "node1", Containers = [container ?? Running()] };
            pods.Add(pod is null ? made : pod(made));
        }

        return this;
    }

    /// <summary>A pod that no node has taken.</summary>
    public Shop WithWaiting(string name, string? said = null, Func<Pod, Pod>? pod = null)
    {
        With(name, new Container { Name = "app" }, p => (pod ?? (x => x))(p with { Phase = "Pending", Node = "" }));
        return said is null ? this : Says(PodRef(name), "FailedScheduling", said);
    }

    public Shop With(Workload workload)
    {
        workloads.Add(workload);
        return this;
    }

    public Shop WithNode(string name, Func<Node, Node>? node = null)
    {
        var made = new Node { Meta = new ObjectMeta { Ref = new ObjectRef("Node", "", name) }, Conditions = [new ObjectCondition("Ready", "True", "KubeletReady", "kubelet is posting ready status", Now.AddDays(-1))] };
        nodes.Add(node is null ? made : node(made));
        return this;
    }

    public Shop With(Volume volume)
    {
        volumes.Add(volume);
        return this;
    }

    public Shop With(Quota quota)
    {
        quotas.Add(quota);
        return this;
    }

    /// <summary>A service that selects the pods of a workload by their label <c>app</c>.</summary>
    public Shop WithService(string name, string? selects = null, int port = 80, string target = "8080", string protocol = "TCP", string portName = "")
    {
        services.Add(new ClusterService(new ObjectMeta { Ref = new ObjectRef("Service", Space, name) }, "ClusterIP", Map(("app", selects ?? name)), [new ServicePort(portName, port, target, protocol)]));
        return this;
    }

    public Shop With(Claim claim)
    {
        claims.Add(claim);
        return this;
    }

    public Shop Says(ObjectRef about, string reason, string message, string type = "Warning")
    {
        events.Add(new ClusterEvent(new ObjectMeta { Ref = new ObjectRef("Event", about.Namespace, $"{about.Name}.{events.Count}") }, about, "", type, reason, message, 3, Now.AddMinutes(-4), Now.AddMinutes(-1), "test"));
        return this;
    }

    public Shop Logs(string name, params string[] lines) => Logs(name, "app", lines);

    public Shop Logs(string name, string container, string[] lines)
    {
        logs.Add(new ContainerLog(PodRef(name), container, IsBefore: false, [.. lines.Select(l => new LoggedLine(Now.AddMinutes(-3), l))]));
        return this;
    }

    public static Container Running(string name = "app") => new() { Name = name, IsReady = true, Now = new ContainerStanding(ContainerPhase.Running, "", "") { StartedAt = Now.AddMinutes(-5) } };

    public static Container Ended(int code = 1, string reason = "Error", string message = "") => new()
    {
        Name = "app", Restarts = 4, Now = new ContainerStanding(ContainerPhase.Waiting, "CrashLoopBackOff", "back-off 40s restarting failed container=app"),
        Before = new ContainerStanding(ContainerPhase.Ended, reason, message) { ExitCode = code, StartedAt = Now.AddMinutes(-3), EndedAt = Now.AddMinutes(-2) },
    };

    public static Container Waiting(string reason, string message, string image = "registry.example/shop/web:2") => new() { Name = "app", Image = image, Now = new ContainerStanding(ContainerPhase.Waiting, reason, message) };

    public EvidenceBundle Bundle(ObjectRef? about = null) => new()
    {
        Service = new ServiceName("shop/web"), TakenAt = Now, Onset = Now.AddMinutes(-4),
        Trigger = new Signal { Kind = SignalKind.WorkloadFailure, Service = new ServiceName("shop/web"), At = Now },
        Cluster = new ClusterSnapshot { Cluster = "test", Subject = about ?? Deployment("web"), TakenAt = Now, Pods = [.. pods], Workloads = [.. workloads], Nodes = [.. nodes], Claims = [.. claims], Services = [.. services], Volumes = [.. volumes], Quotas = [.. quotas], Events = [.. events], Logs = [.. logs] },
    };

    public CauseRanking Rank(ObjectRef? about = null) => DiagnosisEngine.Rank(Bundle(about));

    /// <summary>The cause that is named: that one and no other comes first, with a quote.</summary>
    public RankedCause Named(string cause, ObjectRef? about = null)
    {
        var ranking = Rank(about);
        Assert.True(ranking.Causes.Length > 0, $"no cause at all, instead of {cause}");
        Assert.Equal(cause, ranking.Causes[0].Cause);
        Assert.Null(ranking.Unresolved);
        Assert.NotEmpty(ranking.QuotesOf(ranking.Causes[0]));
        return ranking.Causes[0];
    }
}
