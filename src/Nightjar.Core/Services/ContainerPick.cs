using System.IO.Enumeration;

namespace Nightjar.Core.Services;

/// <summary>Which containers a <see cref="ContainerWatch"/> means.</summary>
public static class ContainerPick
{
    private const string Project = "com.docker.compose.project";

    private const string ComposeService = "com.docker.compose.service";

    /// <summary>True when it means one container by its full name, which then has to be there.</summary>
    public static bool IsOne(this ContainerWatch watch) => watch is { Name: { Length: > 0 } name, Label: null, Compose: null } && !name.Contains('*', StringComparison.Ordinal);

    /// <summary>True when all that the watch names fits; one that names nothing picks nothing.</summary>
    public static bool Picks(this ContainerWatch watch, string name, IReadOnlyDictionary<string, string> labels) =>
        watch is not { Name: null, Label: null, Compose: null }
        && (watch.Name is not { } pattern || FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal), name, ignoreCase: false))
        && (watch.Label is not { } label || HasLabel(label, labels))
        && (watch.Compose is not { } compose || IsOf(compose, labels));

    /// <summary>The service that looks after a container, and how; null for one that nobody picks. Of several the most definite wins, then the first by name.</summary>
    public static (Service Service, ContainerWatch Watch)? OwnerOf(this Catalogue catalogue, string name, IReadOnlyDictionary<string, string> labels) =>
        catalogue.All
            .SelectMany(s => s.Containers.Where(w => w.Picks(name, labels)).Select(w => (Service: s, Watch: w)))
            .OrderByDescending(p => p.Watch.IsOne()).ThenBy(p => p.Service.Name.Value, StringComparer.Ordinal)
            .Select(p => ((Service, ContainerWatch)?)p)
            .FirstOrDefault();

    private static bool HasLabel(string label, IReadOnlyDictionary<string, string> labels) =>
        label.Split('=', 2) is [var key, var value] ? labels.TryGetValue(key, out var has) && has == value : labels.ContainsKey(label);

    private static bool IsOf(string compose, IReadOnlyDictionary<string, string> labels)
    {
        var parts = compose.Split('/', 2);
        return labels.TryGetValue(Project, out var project) && project == parts[0]
            && (parts.Length == 1 || (labels.TryGetValue(ComposeService, out var service) && service == parts[1]));
    }
}
