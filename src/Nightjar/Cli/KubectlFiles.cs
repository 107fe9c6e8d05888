using System.Text.Json;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Evidence.Kubectl;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Cli;

/// <summary>Reads what people saved of kubectl: a folder of text files, or a JSON map of command to output.</summary>
internal static class KubectlFiles
{
    private const int MostFiles = 20_000;

    /// <summary>Bytes of all files together.</summary>
    private const long Largest = 256L * 1024 * 1024;

    /// <param name="what">A workload of it, as its name or <c>namespace/name</c>; null or empty asks about all of it.</param>
    /// <exception cref="FormatException">There is nothing that could be read, or nothing of that name; the message says which.</exception>
    public static async Task<EvidenceBundle> ReadAsync(string path, string? what, TimeProvider clock, CancellationToken cancellationToken)
    {
        var outputs = Directory.Exists(path) ? await FolderAsync(path, cancellationToken) : Map(await File.ReadAllTextAsync(Bounded(new FileInfo(path), 0).FullName, cancellationToken), path);
        var (space, name) = what?.Split('/', 2) switch { [var first, var second] => (first, second), [var only] => ("", only), _ => ("", "") };
        var snapshot = KubectlOutput.Read(outputs, space, clock.GetUtcNow());
        if (snapshot.Pods.IsEmpty && snapshot.Workloads.IsEmpty && snapshot.Nodes.IsEmpty && snapshot.Events.IsEmpty)
        {
            throw new FormatException($"{path} has no output of kubectl get or describe that could be read");
        }

        if (name.Length > 0)
        {
            snapshot = snapshot with { Subject = Find(snapshot, name) ?? throw new FormatException($"{path} has nothing named {name}") };
        }

        return new EvidenceBundle
        {
            Service = new ServiceName(name.Length > 0 ? name : snapshot.Subject.Namespace), TakenAt = snapshot.TakenAt, Onset = snapshot.TakenAt, Cluster = snapshot,
            Trigger = new Signal { Kind = SignalKind.Finding, Service = new ServiceName(name), At = snapshot.TakenAt },
        };
    }

    private static ObjectRef? Find(ClusterSnapshot snapshot, string name) =>
        snapshot.Workloads.Select(w => w.Meta).Concat(snapshot.Pods.Select(p => p.Meta)).Concat(snapshot.Nodes.Select(n => n.Meta)).Where(m => m.Name == name).Select(m => (ObjectRef?)snapshot.TopOwner(m)).FirstOrDefault();

    private static async Task<Dictionary<string, string>> FolderAsync(string folder, CancellationToken cancellationToken)
    {
        var (outputs, size) = (new Dictionary<string, string>(StringComparer.Ordinal), 0L);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 8, AttributesToSkip = FileAttributes.ReparsePoint }).OrderBy(f => f.FullName, StringComparer.Ordinal).Take(MostFiles))
        {
            size += Bounded(file, size).Length;
            outputs[Path.GetRelativePath(folder, file.FullName)] = await File.ReadAllTextAsync(file.FullName, cancellationToken);
        }

        return outputs;
    }

    private static FileInfo Bounded(FileInfo file, long before) =>
        !file.Exists ? throw new FormatException($"{file.FullName} is not there")
        : before + file.Length > Largest ? throw new FormatException($"{file.FullName} and what was read before it are larger than {Largest / 1024 / 1024} MB")
        : file;

    private static Dictionary<string, string> Map(string json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind != JsonValueKind.Object
                ? throw new FormatException($"{path} is no JSON map of command to output")
                : document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal);
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path} is no JSON map of command to output: {e.Message}", e);
        }
    }
}
