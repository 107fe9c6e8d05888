using Nightjar.Agents.BuiltIn;
using Nightjar.Core.Healing;

namespace Nightjar.Tests.Agents;

/// <summary>One value in a manifest, and nothing else of it.</summary>
public sealed class ManifestProposalTests
{
    private static readonly ManifestChange Memory = new("Deployment", "web", "app", "resources.limits.memory", "64Mi", "96Mi");

    private const string Manifest = """
        # The shop's front.
        kind: Service
        metadata: {name: web}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web   # as people know it
        spec:
          template:
            spec:
              containers:
                - name: side
                  resources: {limits: {memory: 64Mi}}
                - name: app
                  image: 'nignx:1'
                  resources:
                    requests: {memory: 64Mi}
                    limits:
                      memory: "64Mi"  # small

        """;

    [Fact]
    public void The_value_of_the_container_is_changed_and_all_else_stays_as_it_was_written()
    {
        Assert.Equal(Manifest.Replace("memory: \"64Mi\"  # small", "memory: \"96Mi\"  # small", StringComparison.Ordinal), ManifestProposal.Changed(Manifest, Memory));
        Assert.Equal(Manifest.Replace("'nignx:1'", "'nginx:1'", StringComparison.Ordinal), ManifestProposal.Changed(Manifest, new ManifestChange("Deployment", "web", "app", "image", "nignx:1", "nginx:1")));
    }

    [Fact]
    public void What_is_not_there_as_it_is_in_the_cluster_is_not_changed()
    {
        Assert.Null(ManifestProposal.Changed(Manifest, Memory with { From = "65Mi" }));
        Assert.Null(ManifestProposal.Changed(Manifest, Memory with { Name = "api" }));
        Assert.Null(ManifestProposal.Changed(Manifest, Memory with { Kind = "StatefulSet" }));
        Assert.Null(ManifestProposal.Changed(Manifest, Memory with { Container = "none" }));
        Assert.Null(ManifestProposal.Changed(Manifest + "---\n" + Manifest, Memory));
        Assert.Null(ManifestProposal.Changed("{{ if .Values.on }}\nkind: Deployment\n{{ end }}", Memory));
        Assert.Null(ManifestProposal.Changed("", Memory));
    }
}
