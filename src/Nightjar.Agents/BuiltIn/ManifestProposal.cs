using Nightjar.Core.Healing;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Nightjar.Agents.BuiltIn;

/// <summary>
/// The fix for what a cluster's keeper would undo: the same value, changed in the manifests of the repository. Only the value is touched; a
/// template that is no YAML before it is rendered is left to people.
/// </summary>
internal static class ManifestProposal
{
    private const int MostFiles = 2_000;

    private const int LargestFile = 512 * 1024;

    /// <summary>Null when nothing was left to the manifests.</summary>
    public static async Task<ProposalAttempt?> TryAsync(Brief brief, IPrivateClone clone, CancellationToken cancellationToken)
    {
        var left = (brief.Incident.Heal?.Tried ?? []).LastOrDefault(t => t is { End: HealEnd.Left, Changes.IsDefaultOrEmpty: false });
        if (left is null)
        {
            return null;
        }

        var changed = new List<string>();
        foreach (var change in left.Changes)
        {
            if (await ChangeAsync(clone.Path, change, cancellationToken) is not { } file)
            {
                await clone.ResetAsync(cancellationToken);
                return new ProposalAttempt { Why = $"No manifest in the repository has {Shown(change)} as it is in the cluster: {left.Says}", Tried = [$"Looked for {Shown(change)} in the manifests: not there"] };
            }

            changed.Add(file);
        }

        return new ProposalAttempt
        {
            Why = $"The manifests in {string.Join(", ", changed.Distinct().Select(f => Quoting.Inline(f)))} have it",
            Tried = [.. left.Changes.Select(c => $"Set {Shown(c)} to {Quoting.Inline(c.To)}")],
            Change = new DraftChange(
                Quoting.Plain($"fix({left.Changes[0].Name}): {left.Changes[0].Field.Split('.')[^1]} of {left.Changes[0].Container} from {left.Changes[0].From} to {left.Changes[0].To}", 90),
                $"{Quoting.Plain(left.Says, 500)} This changes it where it is kept: {string.Join("; ", left.Changes.Select(c => $"{Shown(c)} from {Quoting.Inline(c.From)} to {Quoting.Inline(c.To)}"))}.",
                "Whether the value is still the right one when it is rolled out.",
                "none is added: manifests have none",
                CodeOrigin.HeldByRepository),
        };
    }

    private static string Shown(ManifestChange change) => $"{Quoting.Inline(change.Field)} of {Quoting.Inline(change.Container)} in {change.Kind} {Quoting.Inline(change.Name)}";

    /// <summary>The file that was changed; null when none has the value, or more than one has.</summary>
    private static async Task<string?> ChangeAsync(string folder, ManifestChange change, CancellationToken cancellationToken)
    {
        var found = new List<(string File, string Text)>();
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var file in Directory.EnumerateFiles(folder, "*.y*ml", options).Where(f => !f.Contains("/.git/", StringComparison.Ordinal) && new FileInfo(f).Length <= LargestFile).Take(MostFiles))
        {
            if (Changed(await File.ReadAllTextAsync(file, cancellationToken), change) is { } text)
            {
                found.Add((file, text));
            }
        }

        if (found is not [var only])
        {
            return null;
        }

        await File.WriteAllTextAsync(only.File, only.Text, cancellationToken);
        return Path.GetRelativePath(folder, only.File);
    }

    /// <summary>Null when the text is no YAML, or has no such value.</summary>
    internal static string? Changed(string text, ManifestChange change)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException)
        {
            return null;
        }

        var values = yaml.Documents.Select(d => Value(d.RootNode, change)).OfType<YamlScalarNode>().Where(v => v.Value == change.From).ToList();
        return values is [var value] ? $"{text[..(int)value.Start.Index]}{Written(value, change.To)}{text[(int)value.End.Index..]}" : null;
    }

    private static YamlNode? Value(YamlNode root, ManifestChange change)
    {
        if (At(root, "kind") is not YamlScalarNode kind || kind.Value != change.Kind || At(At(root, "metadata"), "name") is not YamlScalarNode name || name.Value != change.Name)
        {
            return null;
        }

        var pod = At(At(At(root, "spec"), "template"), "spec");
        var container = new[] { "containers", "initContainers" }.SelectMany(l => At(pod, l) is YamlSequenceNode list ? list.Children : []).FirstOrDefault(c => At(c, "name") is YamlScalarNode named && named.Value == change.Container);
        return change.Field.Split('.').Aggregate(container, At);
    }

    private static YamlNode? At(YamlNode? node, string key) => node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    private static string Written(YamlScalarNode value, string text) => value.Style switch
    {
        ScalarStyle.DoubleQuoted => $"\"{text}\"",
        ScalarStyle.SingleQuoted => $"'{text}'",
        _ => text,
    };
}
