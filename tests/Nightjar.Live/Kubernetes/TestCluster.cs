using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Wire;

namespace Nightjar.Live.Kubernetes;

/// <summary>
/// The cluster that live tests may make and break things in: that of <c>KUBECONFIG</c>, and only when its current context is named
/// <c>nightjar-test</c>. A cluster is marked by a person who names its context so; nothing else in a kubeconfig is taken for consent.
/// </summary>
internal static class TestCluster
{
    public const string Context = "nightjar-test";

    /// <summary>A busybox that is on the node; no registry is asked.</summary>
    public const string Image = "nightjar-test/busybox:1";

    private static readonly (ClusterAccess? Access, string? WhyNot) Found = Find();

    /// <summary>Why there is none; null when there is one.</summary>
    public static string? WhyNot => Found.WhyNot;

    public static ClusterAccess Access => Found.Access ?? throw new InvalidOperationException(WhyNot);

    public static KubeApi Open() => new(Access);

    private static (ClusterAccess?, string?) Find()
    {
        if (Environment.GetEnvironmentVariable("KUBECONFIG") is not { Length: > 0 } files)
        {
            return (null, $"KUBECONFIG names no cluster; the stories on a real one need one whose current context is named {Context}");
        }

        try
        {
            var access = KubeConfig.Read(KubeConfig.UsualPaths(files, "")).Open(null, TimeProvider.System);
            return access.Name == Context ? (access, null) : (null, $"the current context of KUBECONFIG is {access.Name}; only a cluster whose context is named {Context} is used by tests");
        }
        catch (KubeException e)
        {
            return (null, e.Message);
        }
    }
}
