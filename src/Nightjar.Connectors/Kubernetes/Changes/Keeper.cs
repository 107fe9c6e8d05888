using System.Text.Json;
using Nightjar.Connectors.Kubernetes.Objects;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>Who keeps an object as a source of their own says, and would undo what is patched here.</summary>
/// <param name="Name">For people: <c>Helm (release shop in shop)</c>.</param>
/// <param name="Source">Where a change lasts, for people.</param>
internal sealed record Keeper(string Name, string Source)
{
    /// <summary>Controllers that are part of Kubernetes: what they own is changed at their owner, which is what we do.</summary>
    private static readonly string[] Own = ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"];

    /// <summary>Null for what nobody keeps but the cluster itself.</summary>
    public static Keeper? Of(JsonElement item)
    {
        var meta = item.At("metadata");
        var marks = meta.Map("annotations");
        var labels = meta.Map("labels");
        string? Mark(string name) => marks.GetValueOrDefault(name) ?? labels.GetValueOrDefault(name);
        if (Mark("kustomize.toolkit.fluxcd.io/name") is { } kustomization)
        {
            return new($"Flux (kustomization {kustomization})", "the manifests that this kustomization reads");
        }

        if (Mark("helm.toolkit.fluxcd.io/name") is { } release)
        {
            return new($"Flux (Helm release {release})", "the values of this HelmRelease");
        }

        if (Mark("argocd.argoproj.io/tracking-id") is { } tracked)
        {
            return new($"Argo CD (application {tracked.Split(':')[0]})", "the source of this application");
        }

        if (Mark("argocd.argoproj.io/instance") is { } instance)
        {
            return new($"Argo CD (application {instance})", "the source of this application");
        }

        if (Mark("meta.helm.sh/release-name") is { } chart)
        {
            return new($"Helm (release {chart})", "the values or templates of its chart");
        }

        if (labels.GetValueOrDefault("app.kubernetes.io/managed-by") == "Helm")
        {
            return new("Helm", "the values or templates of its chart");
        }

        return ByManager(meta) ?? ByOwner(meta);
    }

    /// <summary>Tools that left no label are known by the name under which they write.</summary>
    private static Keeper? ByManager(JsonElement meta) =>
        meta.Items("managedFields").Select(f => f.Text("manager")).Select(m => m switch
        {
            "argocd-controller" or "argocd-application-controller" => new Keeper("Argo CD", "the source of its application"),
            "kustomize-controller" or "helm-controller" or "flux" => new Keeper("Flux", "what Flux reads"),
            "helm" => new Keeper("Helm", "the values or templates of its chart"),
            _ => null,
        }).FirstOrDefault(k => k is not null);

    private static Keeper? ByOwner(JsonElement meta) =>
        meta.Items("ownerReferences").Where(o => o.Flag("controller") && !Own.Contains(o.Text("kind"))).Select(o => new Keeper($"{o.Text("kind")} {o.Text("name")}", $"the {o.Text("kind")} that owns it")).FirstOrDefault();
}
