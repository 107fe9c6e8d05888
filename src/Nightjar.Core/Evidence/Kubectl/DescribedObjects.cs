using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Evidence.Kubectl;

/// <summary>Everything that <c>kubectl describe</c> prints beside pods. Which kind it is, is told by the fields that only that kind has.</summary>
internal static partial class DescribedObjects
{
    public static string Kind(Described of) => of switch
    {
        _ when of.At("QoS Class") is not null || (of.At("Containers") is not null && of.At("Node") is not null) => "Pod",
        _ when WorkloadKind(of) is { Length: > 0 } workload => workload,
        _ when of.At("Session Affinity") is not null => "Service",
        _ when of.At("Subsets") is not null => "Endpoints",
        _ when of.At("Reclaim Policy") is not null && of.At("Source") is not null => "PersistentVolume",
        _ when of.At("Used By") is not null || (of.At("StorageClass") is not null && of.At("Volume") is not null) => "PersistentVolumeClaim",
        _ when of.At("Allocatable") is not null || of.At("Unschedulable") is not null => "Node",
        _ when of.Children.Exists(c => c.Line.StartsWith("Resource ", StringComparison.Ordinal) && c.Line.EndsWith("Hard", StringComparison.Ordinal)) => "ResourceQuota",
        _ => "",
    };

    /// <summary>A replica set has an owner, as a rule; a stateful set tells its replicas in another form.</summary>
    private static string WorkloadKind(Described of) => of switch
    {
        _ when of.At("StrategyType") is not null => "Deployment",
        _ when of.At("Desired Number of Nodes Scheduled") is not null => "DaemonSet",
        _ when of.At("Completions") is not null && of.At("Pods Statuses") is not null => "Job",
        _ when of.At("Pods Status") is null => "",
        _ when of.At("Controlled By") is null && (of.At("Update Strategy") is not null || of.Text("Replicas").Contains("desired |", StringComparison.Ordinal)) => "StatefulSet",
        _ => "ReplicaSet",
    };

    public static Workload Workload(string kind, Described of)
    {
        var meta = Meta(kind, of);
        var counted = Counts().Matches(of.Text("Replicas").Length > 0 ? of.Text("Replicas") : of.Text("Desired Number of Nodes Scheduled")).ToDictionary(m => m.Groups[2].Value, m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture), StringComparer.Ordinal);
        var template = of.At("Pod Template");
        return new Workload
        {
            Meta = meta,
            Wanted = counted.GetValueOrDefault("desired", counted.GetValueOrDefault("")),
            Updated = counted.GetValueOrDefault("updated"),
            Available = counted.GetValueOrDefault("available"),
            Ready = counted.GetValueOrDefault("available", counted.GetValueOrDefault("current")),
            Revision = Readings.Labels(of.Lines("Annotations").Select(a => a.Replace(": ", "=", StringComparison.Ordinal))).GetValueOrDefault("deployment.kubernetes.io/revision", ""),
            Selector = Readings.Labels(of.Lines("Selector")),
            Conditions = Readings.Conditions(of),
            Template = template is null ? [] : DescribedPod.Containers(template),
        };
    }

    public static ClusterService Service(Described of)
    {
        var targets = of.Children.Where(c => c.Key == "TargetPort").Select(c => c.Value.Split('/')[0]).ToList();
        var ports = of.Children.Where(c => c.Key == "Port").Select(c => ServicePortShape().Match(c.Value)).Where(m => m.Success).ToList();
        return new ClusterService(Meta("Service", of), of.Text("Type"), Readings.Labels(of.Lines("Selector")),
            [.. ports.Select((m, i) => new ServicePort(m.Groups["name"].Value is "<unset>" ? "" : m.Groups["name"].Value, int.Parse(m.Groups["port"].ValueSpan, CultureInfo.InvariantCulture), i < targets.Count ? targets[i] : "", m.Groups["protocol"].Value))]);
    }

    /// <summary>What a claim asks for is not printed until it is bound: only its class.</summary>
    public static Claim Claim(Described of) => new(Meta("PersistentVolumeClaim", of), of.Text("Status"), of.Text("Volume"), of.Text("StorageClass"), of.Text("Capacity"), Modes(of.Text("Access Modes")));

    public static Volume Volume(Described of) => new(Meta("PersistentVolume", of), of.Text("Status"), of.Text("StorageClass"), of.Text("Capacity"), Modes(of.Text("Access Modes")), of.Text("Claim"), of.Text("Message"));

    public static Node Node(Described of) => new()
    {
        Meta = Meta("Node", of),
        Conditions = Readings.Conditions(of),
        IsCordoned = of.Text("Unschedulable") == "true",
        Taints = [.. of.Lines("Taints").Select(t => TaintShape().Match(t)).Where(m => m.Success).Select(m => new Taint(m.Groups["key"].Value, m.Groups["value"].Value, m.Groups["effect"].Value))],
        Allocatable = (of.At("Allocatable")?.Children ?? []).Where(c => c.Key.Length > 0).DistinctBy(c => c.Key).ToImmutableDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal),
    };

    public static Quota Quota(Described of)
    {
        var rows = of.Children.Select(c => Readings.Columns().Split(c.Line)).Where(r => r.Length == 3 && r[0] is not "Resource" && !r[0].StartsWith("--", StringComparison.Ordinal)).DistinctBy(r => r[0]).ToList();
        return new Quota(Meta("ResourceQuota", of), rows.ToImmutableDictionary(r => r[0], r => r[2], StringComparer.Ordinal), rows.ToImmutableDictionary(r => r[0], r => r[1], StringComparer.Ordinal));
    }

    public static ImmutableArray<string> Modes(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(m => m switch { "RWO" => "ReadWriteOnce", "ROX" => "ReadOnlyMany", "RWX" => "ReadWriteMany", "RWOP" => "ReadWriteOncePod", _ => m })];

    private static ObjectMeta Meta(string kind, Described of)
    {
        var space = kind is "Node" or "PersistentVolume" ? "" : of.Text("Namespace");
        var owner = of.Text("Controlled By").Split('/', 2);
        return new ObjectMeta
        {
            Ref = new ObjectRef(kind, space, of.Text("Name")), Labels = Readings.Labels(of.Lines("Labels")), CreatedAt = Readings.Moment(of.Text("CreationTimestamp")) ?? default,
            Owner = owner.Length == 2 ? new ObjectRef(owner[0], space, owner[1]) : null,
        };
    }

    /// <summary><c>3 desired | 3 updated | 1 available</c>, and of replica sets <c>1 current / 1 desired</c>.</summary>
    [GeneratedRegex(@"(\d{1,6}) ?(desired|updated|total|available|unavailable|current|)", RegexOptions.CultureInvariant)]
    private static partial Regex Counts();

    [GeneratedRegex(@"^(?<name>\S+)\s+(?<port>\d{1,5})/(?<protocol>\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex ServicePortShape();

    [GeneratedRegex(@"^(?<key>[^=:\s]{1,253})(?:=(?<value>[^:]*))?:(?<effect>NoSchedule|PreferNoSchedule|NoExecute)", RegexOptions.CultureInvariant)]
    private static partial Regex TaintShape();
}
