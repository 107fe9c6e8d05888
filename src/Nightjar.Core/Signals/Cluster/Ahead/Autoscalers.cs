using System.Globalization;

namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>An autoscaler that has no room left, or that cannot tell what to do.</summary>
internal static class Autoscalers
{
    public static IEnumerable<Weakness> Find(AheadFacts facts)
    {
        foreach (var scaler in facts.View.Autoscalers.Where(a => facts.Has(a.Meta.Namespace)))
        {
            if (scaler.Most > 0 && scaler.Now >= scaler.Most && scaler.Most > scaler.Least)
            {
                yield return new Weakness("autoscaler at its maximum", scaler.Target, string.Create(CultureInfo.InvariantCulture, $"{scaler.Most} pods"));
            }

            if (scaler.Condition("ScalingActive") is { Status: "False", Reason: not "ScalingDisabled" } blind)
            {
                yield return new Weakness("autoscaler that does not scale", scaler.Target, blind.Reason);
            }
        }
    }
}
