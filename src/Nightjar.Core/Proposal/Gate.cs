using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Proposal;

/// <summary>
/// What a change must be before it is committed, whoever wrote it: a list of small named rules. The answer names the rule, the
/// file and the line that refused, and never what stands there. The service's own linter and check are asked separately, because
/// they run code.
/// </summary>
/// <remarks>
/// A revert brings back what people wrote and reviewed, all of it or none: how large that is says nothing about it, and lock files
/// go with the manifests they were made from. Every other rule holds for a revert, too; a secret that was taken out stays out.
/// </remarks>
public sealed class Gate
{
    private const string Executable = "100755";
    private const string Link = "120000";
    private const string Submodule = "160000";

    private static readonly PathPatterns Locks = new(GateOptions.LockFiles);

    private readonly GateOptions options;
    private readonly PathPatterns forbidden;
    private readonly PathPatterns allowed;
    private readonly (string Name, bool ForReverts, Func<Change, string?> Refuses)[] rules;

    public Gate(GateOptions options)
    {
        this.options = options;
        forbidden = new PathPatterns(GateOptions.AlwaysForbidden.AddRange(options.Forbidden));
        allowed = new PathPatterns(options.Allowed);
        rules =
        [
            ("empty", true, c => c.Files.IsEmpty ? "the change is empty" : null),
            ("readable", true, Unreadable),
            ("lines", false, TooManyLines),
            ("file size", false, TooLarge),
            ("binary", true, c => c.Diff.FirstOrDefault(f => f.IsBinary) is { } file ? $"{Shown(file.Path)} is binary" : null),
            ("path", true, c => c.Diff.FirstOrDefault(f => forbidden.Match(f.Path) && !allowed.Match(f.Path)) is { } file ? $"{Shown(file.Path)} is not for Nightjar to change" : null),
            ("lock file", false, c => c.Diff.FirstOrDefault(f => Locks.Match(f.Path) && !allowed.Match(f.Path)) is { } file ? $"{Shown(file.Path)} is a lock file" : null),
            ("link", true, c => c.Diff.FirstOrDefault(f => f is { Mode: Link, IsDeleted: false } && !allowed.Match(f.Path)) is { } file ? $"{Shown(file.Path)} is a symbolic link" : null),
            ("submodule", true, c => c.Diff.FirstOrDefault(f => f.Mode == Submodule && !allowed.Match(f.Path)) is { } file ? $"{Shown(file.Path)} is a submodule" : null),
            ("mode", true, c => c.Diff.FirstOrDefault(f => f is { Mode: Executable, IsModeNew: true, IsDeleted: false } && !allowed.Match(f.Path)) is { } file ? $"{Shown(file.Path)} would become executable" : null),
            ("secrets", true, Secret),
        ];
    }

    /// <summary>Null when nothing refuses.</summary>
    /// <param name="diff">As the clone gives it.</param>
    /// <param name="files">Every file that the clone says is changed.</param>
    public string? Refusal(string diff, ImmutableArray<FileChange> files, CodeOrigin origin)
    {
        var change = new Change(ParsedDiff.Read(diff), files);
        foreach (var (name, forReverts, refuses) in rules)
        {
            if ((forReverts || origin != CodeOrigin.HeldByRepository) && refuses(change) is { } why)
            {
                return $"gate rule {name}: {why}";
            }
        }

        return null;
    }

    /// <summary>A file whose diff is not there (because it was cut, say) was looked at by no rule.</summary>
    private static string? Unreadable(Change change)
    {
        var seen = change.Diff.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        return change.Files.FirstOrDefault(f => !seen.Contains(f.Path)) is { } file ? $"the diff is too large, or does not show {Shown(file.Path)}" : null;
    }

    private string? TooManyLines(Change change)
    {
        var lines = change.Files.Sum(f => (long)f.Added + f.Removed);
        return lines > options.MaxLines ? string.Create(CultureInfo.InvariantCulture, $"the change has {lines} lines, more than {options.MaxLines}") : null;
    }

    private string? TooLarge(Change change) => change.Files.FirstOrDefault(f => f.Size > options.MaxFileSize) is { } file
        ? string.Create(CultureInfo.InvariantCulture, $"{Shown(file.Path)} would have {file.Size} bytes, more than {options.MaxFileSize}")
        : null;

    private static string? Secret(Change change)
    {
        foreach (var file in change.Diff)
        {
            var isLock = Locks.Match(file.Path);
            foreach (var (number, text) in file.Added)
            {
                if (SecretScan.Find(file.Path, text, isLock) is { } kind)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"{Shown(file.Path)}, line {number} looks like {kind}");
                }
            }
        }

        return null;
    }

    private static string Shown(string path) => Quoting.Plain(path, 200);

    private sealed record Change(ImmutableArray<DiffFile> Diff, ImmutableArray<FileChange> Files);
}
