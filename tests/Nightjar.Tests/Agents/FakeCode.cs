using System.Collections.Immutable;
using System.Text;
using Nightjar.Core.Investigation;

namespace Nightjar.Tests.Agents;

/// <summary>A repository in memory: commits are added oldest first, blame and patches are computed from them.</summary>
internal sealed class FakeCode : ICodeSnapshot
{
    private readonly Dictionary<string, List<(string Text, string Sha)>> files = [];
    private readonly List<CommitFacts> history = [];
    private readonly Dictionary<string, string> patches = [];

    public int Calls { get; private set; }

    public Exception? Fails { get; init; }

    public string Commit => history.Count == 0 ? "" : history[^1].Sha;

    /// <summary>Returns the sha.</summary>
    public string Add(string subject, DateTimeOffset at, params (string Path, string Text)[] changes)
    {
        var sha = $"{history.Count + 1:x8}{new string('f', 32)}";
        var facts = new List<FileChange>();
        var patch = new StringBuilder();
        foreach (var (path, text) in changes)
        {
            var before = files.GetValueOrDefault(path) ?? [];
            var (after, added, removed) = Merge(before, text.ReplaceLineEndings("\n").Split('\n'), sha);
            files[path] = after;
            facts.Add(new FileChange(path, added.Count, removed.Count));
            patch.Append($"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,1 +1,1 @@\n");
            removed.ForEach(l => patch.Append($"-{l}\n"));
            added.ForEach(l => patch.Append($"+{l}\n"));
        }

        history.Add(new CommitFacts(sha, "Ann", at, subject, [.. facts]));
        patches[sha] = patch.ToString();
        return sha;
    }

    public Task<ImmutableArray<string>> FilesAsync(CancellationToken cancellationToken) => Answer<ImmutableArray<string>>(() => [.. files.Keys]);

    public Task<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
        Answer(() => files.TryGetValue(path, out var lines) ? string.Join('\n', lines.Select(l => l.Text)) : null);

    public Task<ImmutableArray<BlameLine>> BlameAsync(string path, int from, int to, CancellationToken cancellationToken) =>
        Answer<ImmutableArray<BlameLine>>(() => files.TryGetValue(path, out var lines) ? [.. lines.Select((l, i) => new BlameLine(i + 1, l.Sha, l.Text)).Where(l => l.Line >= from && l.Line <= to)] : []);

    public Task<ImmutableArray<CommitFacts>> HistoryAsync(int limit, CancellationToken cancellationToken) =>
        Answer<ImmutableArray<CommitFacts>>(() => [.. history.AsEnumerable().Reverse().Take(limit)]);

    public Task<string> PatchAsync(string sha, CancellationToken cancellationToken) => Answer(() => patches[sha]);

    private Task<T> Answer<T>(Func<T> make)
    {
        Calls++;
        return Fails is null ? Task.FromResult(make()) : Task.FromException<T>(Fails);
    }

    /// <summary>Longest common subsequence, so that untouched lines keep their commit.</summary>
    private static (List<(string, string)> After, List<string> Added, List<string> Removed) Merge(List<(string Text, string Sha)> before, string[] now, string sha)
    {
        var common = new int[before.Count + 1, now.Length + 1];
        for (var i = before.Count - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i].Text == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var (after, added, removed) = (new List<(string, string)>(), new List<string>(), new List<string>());
        for (int i = 0, j = 0; i < before.Count || j < now.Length;)
        {
            if (i < before.Count && j < now.Length && before[i].Text == now[j])
            {
                after.Add(before[i++]);
                j++;
            }
            else if (j >= now.Length || (i < before.Count && common[i + 1, j] >= common[i, j + 1]))
            {
                removed.Add(before[i++].Text);
            }
            else
            {
                after.Add((now[j], sha));
                added.Add(now[j++]);
            }
        }

        return (after, added, removed);
    }
}
