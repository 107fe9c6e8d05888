using System.Collections.Immutable;
using Nightjar.Core.Investigation;

namespace Nightjar.Agents.BuiltIn;

/// <summary>
/// Reads a repository within a budget, each thing once. What cannot be read is an empty answer and a line in
/// <see cref="Missing"/>: an investigation goes on with less.
/// </summary>
internal sealed class CodeReader(ICodeSnapshot code)
{
    /// <summary>Each is one run of git of some 10 ms: 60 of them stay well below two seconds.</summary>
    public const int MostCalls = 60;

    public const int MostHistory = 500;

    private readonly Dictionary<string, string?> texts = [];
    private readonly Dictionary<string, string> patches = [];
    private readonly List<string> missing = [];
    private int calls;

    public string Commit => code.Commit;

    public int Calls => calls;

    public IReadOnlyList<string> Missing => missing;

    public Task<ImmutableArray<string>> FilesAsync(CancellationToken cancellationToken) =>
        AskAsync("the list of files", code.FilesAsync, [], cancellationToken);

    public Task<ImmutableArray<CommitFacts>> HistoryAsync(CancellationToken cancellationToken) =>
        AskAsync("the history", ct => code.HistoryAsync(MostHistory, ct), [], cancellationToken);

    public Task<ImmutableArray<BlameLine>> BlameAsync(string path, int from, int to, CancellationToken cancellationToken) =>
        AskAsync($"the blame of {path}", ct => code.BlameAsync(path, from, to, ct), [], cancellationToken);

    /// <summary>Lines without their ends; null when it is absent, binary or too large.</summary>
    public async Task<SourceFile?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!texts.TryGetValue(path, out var text))
        {
            texts[path] = text = await AskAsync(path, ct => code.ReadAsync(path, ct), null, cancellationToken);
        }

        return text is null ? null : new SourceFile(path, text.ReplaceLineEndings("\n").Split('\n'));
    }

    public async Task<Patch> PatchAsync(string sha, CancellationToken cancellationToken)
    {
        if (!patches.TryGetValue(sha, out var text))
        {
            patches[sha] = text = await AskAsync($"the patch of {sha}", ct => code.PatchAsync(sha, ct), "", cancellationToken);
        }

        return Patch.Parse(text);
    }

    private async Task<T> AskAsync<T>(string what, Func<CancellationToken, Task<T>> ask, T nothing, CancellationToken cancellationToken)
    {
        if (calls == MostCalls)
        {
            missing.Add($"Stopped reading the repository after {MostCalls} calls; {what} was not looked at");
            calls++;
        }

        if (calls > MostCalls)
        {
            return nothing;
        }

        calls++;
#pragma warning disable CA1031 // Whatever git failed with, the rest of the evidence still says something.
        try
        {
            return await ask(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            missing.Add($"Could not read {what}: {e.Message}");
            return nothing;
        }
#pragma warning restore CA1031
    }
}

/// <summary>A file as it is at the commit that runs. Line numbers are 1-based.</summary>
internal sealed record SourceFile(string Path, string[] Lines)
{
    public string Line(int number) => number >= 1 && number <= Lines.Length ? Lines[number - 1] : "";
}
