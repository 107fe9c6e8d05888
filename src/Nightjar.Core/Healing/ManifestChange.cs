namespace Nightjar.Core.Healing;

/// <summary>One value in the manifests of an object that is kept from them: what was not patched in the cluster because it would be undone there.</summary>
/// <param name="Kind">Of the object: <c>Deployment</c>.</param>
/// <param name="Field">Of the container in the pod's template: <c>resources.limits.memory</c>.</param>
public sealed record ManifestChange(string Kind, string Name, string Container, string Field, string From, string To);
