using System.Globalization;

namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>Fewer pods than wanted, though none of them says that it fails.</summary>
internal static class Availability
{
    public static IEnumerable<Weakness> Find(AheadFacts facts) =>
        facts.Workloads.Where(w => w.Meta.Ref.Kind is "Deployment" or "StatefulSet" or "DaemonSet" && w.Available < w.Wanted && w.Available > 0 && !w.IsPaused)
            .Select(w => new Weakness("fewer pods available than wanted", w.Meta.Ref, string.Create(CultureInfo.InvariantCulture, $"{w.Available} of {w.Wanted}")));
}
