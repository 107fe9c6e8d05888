namespace Nightjar.Connectors.Kubernetes.Sharing;

/// <summary>Who holds a lease: a name for people, and the identity of the store, by which a Nightjar knows its own lease after a restart.</summary>
/// <param name="Machine">The pod's name, or the machine's.</param>
/// <param name="Store">Made once for each store.</param>
internal sealed record LeaseHolder(string Machine, string Store)
{
    public string Shown => $"{Machine}_{Store}";

    public bool Is(string holder) => holder.EndsWith($"_{Store}", StringComparison.Ordinal);
}

/// <summary>What a watcher must know to share its scope.</summary>
/// <param name="Takes">False for who may only look.</param>
internal sealed record LeaseTerms(LeaseHolder Holder, bool Takes);
