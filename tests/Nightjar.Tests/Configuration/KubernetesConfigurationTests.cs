namespace Nightjar.Tests.Configuration;

public sealed class KubernetesConfigurationTests
{
    [Fact]
    public void Whoever_has_a_cluster_needs_no_services()
    {
        var options = Yaml.Options("kubernetes: {namespaces: [shop, 'team-*']}\n");

        Assert.True(options.Kubernetes.IsOn);
        Assert.Empty(options.Services);
        Assert.Equal(["kube-system", "kube-public", "kube-node-lease"], options.Kubernetes.Exclude);
    }
}
