namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>An image without a fixed tag is another one at every start: nobody knows what runs, and an undo brings nothing back.</summary>
internal static class Images
{
    public static IEnumerable<Weakness> Find(AheadFacts facts) =>
        from workload in facts.Workloads
        from container in workload.Template
        where IsFloating(container.Image)
        select new Weakness("image without a fixed tag", workload.Meta.Ref, container.Image);

    /// <summary>A colon before the last slash is a registry's port.</summary>
    internal static bool IsFloating(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        return image.Length > 0 && !image.Contains('@', StringComparison.Ordinal) && (!name.Contains(':', StringComparison.Ordinal) || name.EndsWith(":latest", StringComparison.Ordinal));
    }
}
