using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>Nodes that take no new pods, or have no room left for what their pods may come to need.</summary>
internal static class Nodes
{
    private const decimal Full = 0.9m;

    public static IEnumerable<Weakness> Find(AheadFacts facts)
    {
        foreach (var node in facts.View.Nodes)
        {
            if (node.IsCordoned)
            {
                yield return new Weakness("cordoned node", node.Meta.Ref);
            }

            foreach (var (what, used) in facts.NodeUse.TryGetValue(node.Meta.Name, out var use) ? new[] { ("memory", use.Memory), ("cpu", use.Cpu) } : [])
            {
                if (node.Allocatable.TryGetValue(what, out var written) && Quantity.Read(written) is > 0 and var room && used > room * Full)
                {
                    yield return new Weakness($"node with more than 90 % of its {what} in use", node.Meta.Ref);
                }
            }
        }
    }
}
