using System.Collections.Immutable;
using Nightjar.Core.Evidence;

namespace Nightjar.Agents.BuiltIn;

/// <summary>Where in the repository a frame is.</summary>
/// <param name="Line">Null when the printed line does not count in this file, or none was printed.</param>
/// <param name="Rivals">Files that fit as well; then <paramref name="Path"/> is null.</param>
internal sealed record MappedFrame(StackFrame Frame, string? Path, int? Line, ImmutableArray<string> Rivals);

/// <summary>
/// Maps the paths that a running program prints to files of the repository: the longest common end wins; where several fit
/// as well, the namespace or package decides; where that does not either, none is taken.
/// </summary>
internal sealed class SourceMap(ImmutableArray<string> files)
{
    private readonly ILookup<string, string> byName = files.Where(f => !DependencyPath.IsForeign(f)).ToLookup(Last, StringComparer.OrdinalIgnoreCase);

    private readonly ILookup<string, string> byStem = files.Where(f => !DependencyPath.IsForeign(f) && SourceKind.IsCode(f) && !SourceKind.IsTest(f))
        .ToLookup(f => Path.GetFileNameWithoutExtension(f), StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Compiled = ["dist", "build", "out", "lib"];

    public MappedFrame Map(StackFrame frame)
    {
        var nothing = new MappedFrame(frame, null, null, []);
        if (!frame.IsOwnCode || DependencyPath.IsForeign(frame.File ?? ""))
        {
            return nothing;
        }

        if (string.IsNullOrWhiteSpace(frame.File))
        {
            return Best(frame, ByScope(frame), null);
        }

        var printed = Segments(frame.File);
        int? line = frame.Line is > 0 and var l ? l : null;
        var same = byName[printed[^1]].ToList();
        if (same.Count > 0)
        {
            return Best(frame, Closest(same, printed), line);
        }

        // Compiled scripts: dist/x.js comes from src/x.ts, whose lines are others.
        var stem = Path.GetFileNameWithoutExtension(printed[^1]);
        return printed[^1].EndsWith(".js", StringComparison.Ordinal) && printed.Intersect(Compiled).Any()
            ? Best(frame, Closest([.. byName[$"{stem}.ts"], .. byName[$"{stem}.tsx"]], [.. printed[..^1], $"{stem}.ts"]), null)
            : nothing;
    }

    /// <summary>Files named like a word, whatever their folder: <c>inventory</c>, <c>IInventory</c> → <c>Inventory.cs</c>.</summary>
    public IEnumerable<string> Named(string word) =>
        byStem[word].Concat(word is ['I', >= 'A' and <= 'Z', ..] ? byStem[word[1..]] : []).Concat(byStem[word.TrimStart('_')]).Distinct();

    /// <summary>Files that by their name implement an interface: <c>IStore</c> → <c>SqlStore.cs</c>.</summary>
    public IEnumerable<string> Implementing(string word) =>
        word is ['I', >= 'A' and <= 'Z', _, _, ..]
            ? byStem.Where(g => g.Key.Length > word.Length - 1 && g.Key != word && g.Key.EndsWith(word[1..], StringComparison.Ordinal)).SelectMany(g => g).Take(2)
            : [];

    /// <summary>A frame without a file still names its class: the innermost one that a file is called after.</summary>
    private List<string> ByScope(StackFrame frame) =>
        FunctionName.Scope(frame.Function).Reverse().Select(s => byStem[s].ToList()).FirstOrDefault(f => f.Count > 0) ?? [];

    private static List<string> Closest(List<string> candidates, string[] printed)
    {
        var scored = candidates.Select(c => (Path: c, Score: CommonEnd(Segments(c), printed))).ToList();
        return [.. scored.Where(c => c.Score == scored.Max(s => s.Score)).Select(c => c.Path)];
    }

    private static MappedFrame Best(StackFrame frame, List<string> candidates, int? line)
    {
        var left = Prefer(candidates, c => -FunctionName.Scope(frame.Function).Count(s => Segments(c).Contains(s, StringComparer.OrdinalIgnoreCase)));
        left = Prefer(left, c => SourceKind.IsTest(c) ? 1 : 0);
        return left.Count == 1 ? new MappedFrame(frame, left[0], line, []) : new MappedFrame(frame, null, null, [.. left.Order(StringComparer.Ordinal).Take(5)]);
    }

    private static List<string> Prefer(List<string> candidates, Func<string, int> cost) =>
        candidates.Count < 2 ? candidates : [.. candidates.Where(c => cost(c) == candidates.Min(cost))];

    private static int CommonEnd(string[] path, string[] printed)
    {
        var count = 0;
        while (count < path.Length && count < printed.Length && IsSame(path[^(count + 1)], printed[^(count + 1)]))
        {
            count++;
        }

        return count;
    }

    /// <summary>Source and output folders stand for each other; Windows paths come in any case.</summary>
    private static bool IsSame(string a, string b) =>
        a.Equals(b, StringComparison.OrdinalIgnoreCase) || (a is "src" && Compiled.Contains(b));

    private static string[] Segments(string path) =>
        Bare(path).Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } segments ? segments : [""];

    /// <summary><c>file:///app/x.js?v=1</c> and <c>webpack:///./src/x.js</c> are paths too.</summary>
    private static string Bare(string path)
    {
        var bare = path.Length > 1000 ? path[^1000..] : path;
        var scheme = bare.IndexOf("://", StringComparison.Ordinal);
        bare = scheme > 0 ? bare[(scheme + 3)..] : bare;
        var query = bare.IndexOf('?', StringComparison.Ordinal);
        return (query > 0 ? bare[..query] : bare).Replace("/./", "/", StringComparison.Ordinal).Trim();
    }

    private static string Last(string path) => path[(path.LastIndexOf('/') + 1)..];
}
