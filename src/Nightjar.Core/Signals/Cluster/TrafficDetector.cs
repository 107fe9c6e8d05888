using System.Globalization;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Signals.Cluster;

/// <summary>Services of a cluster that lead nowhere.</summary>
public static class TrafficDetector
{
    /// <summary>True for a service that is meant to lead to pods, and leads to none that is ready.</summary>
    public static bool LeadsNowhere(ClusterService service, Endpoints leads) => leads.Ready == 0 && !service.Selector.IsEmpty && service.Type != "ExternalName";

    /// <summary>
    /// What is wrong with a service that leads nowhere. It is told of the workload that should be there, so that it is one problem with the
    /// workload's own; of the service itself where nobody has the labels that it asks for. Scaled to nothing is somebody's wish.
    /// </summary>
    /// <param name="since">When it was first seen to lead nowhere.</param>
    /// <param name="seesAll">False where only some of the pods are looked at: then that nobody has the labels cannot be told.</param>
    public static ClusterTrouble? Detect(IClusterView view, ClusterService service, DateTimeOffset since, bool seesAll, ClusterPatience patience, DateTimeOffset now)
    {
        if (now - since <= patience.NotReady)
        {
            return null;
        }

        var around = view.Pods.Where(p => p.Meta.Namespace == service.Meta.Namespace && p.Phase is "Pending" or "Running" && p.Meta.DeletedAt is null).ToList();
        var behind = around.Where(p => service.LeadsTo(p.Meta.Labels)).ToList();
        if (behind.Count > 0)
        {
            return Trouble(behind[0].Meta, string.Create(CultureInfo.InvariantCulture, $"service {service.Meta.Name} leads nowhere: none of its {behind.Count} pods is ready"), since);
        }

        var workload = view.Workloads.FirstOrDefault(w => w.Meta.Namespace == service.Meta.Namespace && w.Meta.Owner is null && w.Meta.Ref.Kind != "Job" && service.LeadsTo(w.Selector));
        return workload is not null
            ? workload.Wanted == 0 ? null : Trouble(workload.Meta, $"service {service.Meta.Name} leads nowhere: {workload.Meta.Ref.Kind.ToLowerInvariant()} {workload.Meta.Name} has no pods", since)
            : seesAll && around.Count > 0 ? Trouble(service.Meta, $"service {service.Meta.Name} leads nowhere: no pod has the labels {string.Join(",", service.Selector.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))}", since) : null;
    }

    private static ClusterTrouble Trouble(ObjectMeta about, string says, DateTimeOffset since) => new(about, "endpoints-empty", Severity.Warning, says, since);
}
