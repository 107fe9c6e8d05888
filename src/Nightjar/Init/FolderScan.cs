using System.Collections.Immutable;
using Nightjar.Configuration;

namespace Nightjar.Init;

/// <summary>Looks at a folder and its surroundings; reads, changes nothing, runs nothing.</summary>
/// <param name="environment">For HOME and KUBECONFIG.</param>
/// <param name="varLog">The system's folder of logs.</param>
internal sealed class FolderScan(Func<string, string?> environment, string varLog = "/var/log")
{
    /// <summary>Entries of one folder that are looked at.</summary>
    private const int MostEntries = 5_000;

    private static readonly string[] ComposeNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

    /// <exception cref="DirectoryNotFoundException">The folder is not there.</exception>
    public FoundFacts Look(string folder)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!Directory.Exists(full))
        {
            throw new DirectoryNotFoundException($"There is no folder {full}");
        }

        var unseen = ImmutableArray.CreateBuilder<string>();
        var files = Names(full, unseen, Directory.EnumerateFiles);
        var repository = GitFacts.Find(full);
        var top = repository?.Path ?? full;
        var compose = files.Where(f => ComposeNames.Contains(f)).Select(f => ComposeFile.Read(Path.Join(full, f))).FirstOrDefault();
        return new FoundFacts
        {
            Folder = full,
            Repository = repository,
            Checks = [.. TestCommands.Find(top, top == full ? files : Names(top, unseen, Directory.EnumerateFiles))],
            Logs = [.. Logs(full, files, unseen)],
            Compose = compose is null ? [] : [.. compose],
            KubeContext = KubeContext(),
            Unseen = unseen.ToImmutable(),
        };
    }

    private IEnumerable<string> Logs(string folder, IReadOnlyList<string> files, ImmutableArray<string>.Builder unseen)
    {
        foreach (var name in Names(folder, unseen, Directory.EnumerateDirectories).Where(n => n is "logs" or "log"))
        {
            yield return Path.Join(folder, name, "*.log");
        }

        if (files.Any(f => f.EndsWith(".log", StringComparison.Ordinal)))
        {
            yield return Path.Join(folder, "*.log");
        }

        var system = Path.Join(varLog, Path.GetFileName(folder));
        if (Path.GetFileName(folder).Length > 0 && Directory.Exists(system))
        {
            yield return Path.Join(system, "*.log");
        }
    }

    private string? KubeContext()
    {
        var named = environment("KUBECONFIG")?.Split(':', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        var path = named ?? (environment("HOME") is { Length: > 0 } home ? Path.Join(home, ".kube/config") : null);
        return path is not null && SmallFile.Read(path, 1_000_000) is { } text && YamlTree.Compose(text).Root is MapNode root
            && root.Pairs.FirstOrDefault(p => p.Key is ScalarNode { Text: "current-context" }).Value is ScalarNode { IsNothing: false, Text.Length: > 0 } context
            ? context.Text
            : null;
    }

    private static IReadOnlyList<string> Names(string folder, ImmutableArray<string>.Builder unseen, Func<string, IEnumerable<string>> enumerate)
    {
        try
        {
            return [.. enumerate(folder).Take(MostEntries).Select(p => Path.GetFileName(p))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unseen.Add($"{folder}: {e.Message}");
            return [];
        }
    }
}
