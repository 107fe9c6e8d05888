using System.Globalization;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>What uses most of what it may have: a little more load, and it is slowed down or killed.</summary>
internal static class NearLimits
{
    /// <summary>Of the limit.</summary>
    private const decimal Near = 0.8m;

    public static IEnumerable<Weakness> Find(AheadFacts facts) =>
        from of in facts.Pods
        from container in of.Pod.Containers
        let use = facts.Use.GetValueOrDefault((of.Pod.Meta.Namespace, of.Pod.Meta.Name, container.Name))
        where use is not null
        from one in new[] { ("memory", use.Memory), ("cpu", use.Cpu) }
        let limit = container.Limits.TryGetValue(one.Item1, out var written) ? Quantity.Read(written) : null
        where limit is > 0 && one.Item2 > limit * Near
        select new Weakness(string.Create(CultureInfo.InvariantCulture, $"{one.Item1} above {Near:0 %} of the limit"), of.Owner);
}
