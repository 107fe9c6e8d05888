using System.Text.Json.Nodes;
using Nightjar.Connectors.Kubernetes.Rights;
using Nightjar.Tests.Configuration;
using YamlDotNet.Serialization;

namespace Nightjar.Tests.Deploy;

/// <summary>The manifests as files, without a program that applies them: what an overlay names, and what that names.</summary>
internal static class Manifests
{
    private static readonly ISerializer ToJson = new SerializerBuilder().JsonCompatible().Build();

    public static string Root { get; } = Path.Combine(Yaml.RepositoryRoot(), "deploy");

    public static IReadOnlyList<JsonNode> Overlay(string name) => [.. Of(Path.Combine(Root, "kubernetes", "overlays", name))];

    /// <summary>Every document of a file.</summary>
    public static IEnumerable<JsonNode> Read(string path) =>
        from part in File.ReadAllText(path).Split("\n---\n")
        let tree = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(part)
        where tree is not null
        select JsonNode.Parse(ToJson.Serialize(tree));

    /// <summary>The rights that roles grant which are bound to Nightjar's account, by where the binding holds.</summary>
    public static HashSet<Right> Granted(IReadOnlyList<JsonNode> manifests) =>
    [
        .. from binding in manifests
           where Kind(binding) is "ClusterRoleBinding" or "RoleBinding"
           let role = manifests.Single(m => Kind(m) == $"{binding["roleRef"]?["kind"]}" && Name(m) == $"{binding["roleRef"]?["name"]}")
           where $"{binding["subjects"]?[0]?["name"]}" == "nightjar"
           from right in Rights(role["rules"], Kind(binding) == "RoleBinding")
           select right,
    ];

    public static IEnumerable<Right> Rights(JsonNode? rules, bool isOwn) =>
        from rule in rules?.AsArray() ?? []
        from api in Texts(rule, "apiGroups")
        from resource in Texts(rule, "resources")
        from verb in Texts(rule, "verbs")
        select new Right(api, resource, verb, isOwn ? RightPlace.Own : resource.Split('/')[0] is "nodes" or "persistentvolumes" or "namespaces" ? RightPlace.Cluster : RightPlace.Watched);

    public static string Kind(JsonNode manifest) => $"{manifest["kind"]}";

    public static string Name(JsonNode manifest) => $"{manifest["metadata"]?["name"]}";

    private static IEnumerable<JsonNode> Of(string folder)
    {
        foreach (var resource in Texts(Read(Path.Combine(folder, "kustomization.yaml")).Single(), "resources"))
        {
            var path = Path.GetFullPath(Path.Combine(folder, resource));
            foreach (var manifest in Directory.Exists(path) ? Of(path) : Read(path))
            {
                yield return manifest;
            }
        }
    }

    private static IEnumerable<string> Texts(JsonNode? node, string name) => (node?[name]?.AsArray() ?? []).Select(v => $"{v}");
}
