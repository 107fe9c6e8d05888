using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>One commit of a mirror. Nothing is checked out: everything is read from the objects.</summary>
internal sealed class GitSnapshot(Mirror mirror, string commit) : ICodeSnapshot
{
    private const int LargestFile = 1024 * 1024;
    private const int LargestPatch = 200_000;

    /// <summary>300 commits of an ordinary repository are 200 kB; past this a history is cut at the last whole commit.</summary>
    private const int LargestHistory = 16 * 1024 * 1024;

    private FrozenDictionary<string, string>? blobs;

    public string Commit => commit;

    public async Task<ImmutableArray<string>> FilesAsync(CancellationToken cancellationToken) => (await BlobsAsync(cancellationToken)).Keys;

    public async Task<string?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!(await BlobsAsync(cancellationToken)).TryGetValue(path, out var blob))
        {
            return null;
        }

        var file = await RunAsync(mirror.Call("cat-file", "blob", blob) with { MostOutput = LargestFile, MayCut = true }, cancellationToken);
        return file.Cut || file.Text.Contains('\0', StringComparison.Ordinal) ? null : file.Text;
    }

    public async Task<ImmutableArray<BlameLine>> BlameAsync(string path, int from, int to, CancellationToken cancellationToken)
    {
        if (from < 1 || to < from || !(await BlobsAsync(cancellationToken)).ContainsKey(path))
        {
            return [];
        }

        var lines = string.Create(CultureInfo.InvariantCulture, $"-L{from},{to}");
        try
        {
            return GitText.Blame((await mirror.Git.RunAsync(mirror.Call("blame", "--porcelain", "-w", "-M", lines, commit, "--", path), cancellationToken)).Text);
        }
        catch (GitException e) when (e.Says("has only"))
        {
            return [];
        }
        catch (GitException e)
        {
            throw e.Explain(mirror.Origin, "read the history of");
        }
    }

    public async Task<ImmutableArray<CommitFacts>> HistoryAsync(int limit, CancellationToken cancellationToken)
    {
        var call = mirror.Call("log", "--no-merges", "-z", "--numstat", "-M", "--no-ext-diff", "--no-textconv", GitText.LogFormat, string.Create(CultureInfo.InvariantCulture, $"--max-count={limit}"), commit, "--");
        var history = await RunAsync(call with { MostOutput = LargestHistory, MayCut = true }, cancellationToken);
        return GitText.Log(history.Cut ? history.Text[..(history.Text.LastIndexOf('\x01') is var end and > 0 ? end : 0)] : history.Text);
    }

    public async Task<string> PatchAsync(string sha, CancellationToken cancellationToken)
    {
        var call = mirror.Call("show", "--format=fuller", "--patch", "-M", "--no-color", "--no-ext-diff", "--no-textconv", Names.Commit(sha), "--");
        var patch = await RunAsync(call with { MostOutput = LargestPatch, MayCut = true }, cancellationToken);
        return patch.Cut ? $"{patch.Text}\n[the patch is longer than {LargestPatch / 1000} kB and was cut here]\n" : patch.Text;
    }

    private async Task<FrozenDictionary<string, string>> BlobsAsync(CancellationToken cancellationToken) =>
        blobs ??= GitText.Tree((await RunAsync(mirror.Call("ls-tree", "-r", "-z", "--full-tree", commit) with { MostOutput = 128 * 1024 * 1024 }, cancellationToken)).Text)
            .ToFrozenDictionary(f => f.Path, f => f.Blob, StringComparer.Ordinal);

    private async Task<GitOutput> RunAsync(GitCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await mirror.Git.RunAsync(call, cancellationToken);
        }
        catch (GitException e)
        {
            throw e.Explain(mirror.Origin, "read the history of");
        }
    }
}
