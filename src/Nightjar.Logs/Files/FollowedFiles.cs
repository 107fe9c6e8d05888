using System.Collections.Immutable;

namespace Nightjar.Logs.Files;

/// <summary>All files that the globs of one service mean, now and as they come.</summary>
internal sealed class FollowedFiles(ImmutableArray<string> globs, FollowContext context)
{
    /// <summary>Bytes of one file read in one pass, so that one file with a backlog does not keep the others waiting: about 10 ms.</summary>
    private const int Budget = 1024 * 1024;

    /// <summary>How often wildcards are looked up when nothing rings; plain paths are looked at in every pass.</summary>
    private static readonly TimeSpan SearchEvery = TimeSpan.FromSeconds(2);

    private readonly ImmutableArray<PathPattern> patterns = [.. globs.Select(g => new PathPattern(g))];
    private readonly Dictionary<string, FollowedPath> paths = new(StringComparer.Ordinal);
    private long searched;

    /// <summary>Directories in which files may appear or change.</summary>
    public IEnumerable<string> Directories => patterns.Select(p => p.Root)
        .Concat(paths.Keys.Select(p => Path.GetDirectoryName(p) ?? "/"))
        .Distinct(StringComparer.Ordinal);

    public int Following => paths.Values.Count(p => p.IsOpen);

    /// <summary>Why some files cannot be read.</summary>
    public IEnumerable<string> Faults => paths.Values.Select(p => p.Fault).OfType<string>();

    /// <summary>Paths where no file stands yet, and globs that match none.</summary>
    public IEnumerable<string> Waiting => paths.Values.Where(p => p is { IsOpen: false, IsAlias: false, Fault: null }).Select(p => p.Path)
        .Concat(patterns.Where(p => p.Plain is null && paths.Count == 0).Select(p => p.Glob));

    public FollowState State => new(globs, [.. context.Known.Open.Select(f => f.Mark)], [.. context.Known.Closed]);

    /// <summary>Takes up the files that are there, each where it was left; a file of a new glob at its end.</summary>
    public void Start(FollowState? left)
    {
        foreach (var mark in (left?.Closed ?? []).Concat(left?.Open ?? []))
        {
            context.Known.Close(mark);
        }

        foreach (var pattern in patterns)
        {
            var isNew = left is null || !left.Globs.Contains(pattern.Glob);
            foreach (var path in pattern.Find())
            {
                if (Add(path) is { } added)
                {
                    added.Start(atEnd: isNew && left?.Open.Any(m => m.Path == path) != true);
                }
            }
        }

        foreach (var mark in left?.Open ?? [])
        {
            FinishPredecessor(mark);
        }

        searched = context.Clock.GetTimestamp();
    }

    /// <summary>Reads what is new in all files.</summary>
    /// <param name="search">Look for new files even if it is not time yet.</param>
    public ReadOutcome Advance(bool search)
    {
        if (search || context.Clock.GetElapsedTime(searched) >= SearchEvery)
        {
            Search();
        }

        var result = ReadOutcome.Idle;
        foreach (var path in paths.Values)
        {
            var outcome = path.Advance(Budget);
            result = outcome > result ? outcome : result;
            path.FlushQuiet();
        }

        return result;
    }

    public void End()
    {
        foreach (var path in paths.Values)
        {
            path.End();
        }
    }

    private void Search()
    {
        searched = context.Clock.GetTimestamp();
        var wild = patterns.Where(p => p.Plain is null).ToList();
        foreach (var path in wild.SelectMany(p => p.Find()))
        {
            Add(path);
        }

        foreach (var gone in paths.Values.Where(p => p.IsGone && !patterns.Any(x => x.Plain == p.Path) && !File.Exists(p.Path)).ToList())
        {
            paths.Remove(gone.Path);
        }
    }

    private FollowedPath? Add(string path)
    {
        if (paths.ContainsKey(path) || paths.Count >= PathPattern.MostFiles)
        {
            return null;
        }

        return paths[path] = new FollowedPath(path, context);
    }

    /// <summary>A file that we were reading and that does not stand at its path any more was rotated away while nobody looked.</summary>
    private void FinishPredecessor(FileMark mark)
    {
        if (!context.Known.IsLeft(mark))
        {
            return;
        }

        if (!paths.TryGetValue(mark.Path, out var path))
        {
            path = Add(mark.Path);
        }

        path?.FinishPredecessor(mark);
    }
}
