using System.Collections.Immutable;
using System.Text.Json;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>What every object has.</summary>
internal static class MetaReader
{
    /// <summary>Annotations that say something to us: who manages it, whether we are to leave it alone, which rollout it is.</summary>
    private static readonly string[] Kept = ["nightjar.dev/", "argocd.argoproj.io/", "meta.helm.sh/", "kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/", "deployment.kubernetes.io/revision", "kubernetes.io/change-cause"];

    public static ObjectMeta Read(string kind, JsonElement item)
    {
        var meta = item.At("metadata");
        var space = meta.Text("namespace");
        return new ObjectMeta
        {
            Ref = new ObjectRef(kind, space, meta.Text("name")),
            Uid = meta.Text("uid"),
            Version = meta.Text("resourceVersion"),
            CreatedAt = meta.Moment("creationTimestamp") ?? default,
            DeletedAt = meta.Moment("deletionTimestamp"),
            Owner = meta.Items("ownerReferences").OrderByDescending(o => o.Flag("controller")).Select(o => (ObjectRef?)new ObjectRef(o.Text("kind"), space, o.Text("name"))).FirstOrDefault(),
            Labels = meta.Map("labels"),
            Annotations = meta.Map("annotations", name => Kept.Any(k => name.StartsWith(k, StringComparison.Ordinal))),
        };
    }

    public static ImmutableArray<ObjectCondition> Conditions(JsonElement status) =>
        [.. status.Items("conditions").Select(c => new ObjectCondition(c.Text("type"), c.Text("status"), c.Text("reason"), c.Text("message"), c.Moment("lastTransitionTime")))];
}
