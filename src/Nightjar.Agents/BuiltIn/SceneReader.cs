using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nightjar.Core.Proposal;

namespace Nightjar.Agents.BuiltIn;

/// <summary>Follows stack frames into the repository, and from there to the functions that the failing ones call.</summary>
internal sealed partial class SceneReader(CodeReader code, SourceMap map)
{
    /// <summary>8 frames are 16 calls of git, 5 files with 3 functions each are 20 more: together well inside the budget.</summary>
    private const int MostFrames = 8;

    private const int MostFiles = 5;
    private const int MostFunctions = 3;

    /// <summary>Names looked for in each of those files, which may be 1 MB.</summary>
    private const int MostCalls = 60;

    private readonly List<string> missing = [];

    public async Task<Scene> ReadAsync(ImmutableArray<Trouble> troubles, CancellationToken cancellationToken)
    {
        var failing = new List<BlamedFunction>();
        foreach (var frame in Frames(troubles))
        {
            if (await FailingAsync(frame, cancellationToken) is { } place && !failing.Exists(f => f.Path == place.Path && f.Line == place.Line && f.Region.From == place.Region.From))
            {
                failing.Add(place);
            }
        }

        var called = await CalledAsync(failing, cancellationToken);
        return new Scene([.. failing], called, [.. failing.Concat(called).Select(f => f.Path).Distinct()], [.. missing.Distinct()]);
    }

    private IEnumerable<MappedFrame> Frames(ImmutableArray<Trouble> troubles)
    {
        var mapped = troubles.SelectMany(t => t.Frames.Where(f => f.IsOwnCode)).Distinct().Take(MostFrames * 3).Select(map.Map).ToList();
        foreach (var frame in mapped.Where(m => m.Path is null && m.Frame.File is not null).Take(3))
        {
            missing.Add(frame.Rivals.Length > 0
                ? $"The frame {Quoting.Inline(frame.Frame.ToString())} fits several files ({string.Join(", ", frame.Rivals.Select(r => Quoting.Inline(r)))}); none was taken"
                : $"No file of the repository fits the frame {Quoting.Inline(frame.Frame.ToString())}");
        }

        return mapped.Where(m => m.Path is not null).Take(MostFrames);
    }

    private async Task<BlamedFunction?> FailingAsync(MappedFrame mapped, CancellationToken cancellationToken)
    {
        if (mapped.Path is not { } path || await code.ReadAsync(path, cancellationToken) is not { } file)
        {
            return null;
        }

        var (region, line) = Locate(mapped, file);
        if (region is null)
        {
            return null;
        }

        var blame = await code.BlameAsync(path, region.From, region.To, cancellationToken);
        return new BlamedFunction(region, line, Trouble.Safe(blame), "");
    }

    /// <summary>By line; by name where the line cannot be right, because another version runs than the one that was read.</summary>
    private (FunctionRegion? Region, int? Line) Locate(MappedFrame mapped, SourceFile file)
    {
        var name = FunctionName.Short(mapped.Frame.Function);
        var named = name.Length > 0 ? FunctionRegion.Find(file, name) : null;
        if (mapped.Line is not { } line)
        {
            return (named, null);
        }

        var around = FunctionRegion.Around(file, line);
        if (line <= file.Lines.Length && (named is null || around.Name == name || named.Contains(line) || around.Name.Length == 0))
        {
            return (around, line);
        }

        missing.Add($"Line {line} of {Quoting.Inline(file.Path)} is not in {Quoting.Inline(name)}: the version that runs seems to be another one than {Quoting.Inline(code.Commit, 12)}");
        return (named, null);
    }

    private async Task<ImmutableArray<BlamedFunction>> CalledAsync(List<BlamedFunction> failing, CancellationToken cancellationToken)
    {
        var called = ImmutableArray.CreateBuilder<BlamedFunction>();
        foreach (var path in NamedFiles(failing))
        {
            if (await code.ReadAsync(path, cancellationToken) is not { } file)
            {
                continue;
            }

            var calls = failing.SelectMany(f => Calls(f.Region).Select(c => (Name: c, Caller: f.Region.Name))).DistinctBy(c => c.Name).Take(MostCalls).ToList();
            foreach (var (region, caller) in calls.Select(c => (Region: FunctionRegion.Find(file, c.Name), c.Caller)).Where(c => c.Region is not null).Take(MostFunctions))
            {
                if (region is not null && !failing.Exists(f => f.Path == path && f.Region.From == region.From))
                {
                    called.Add(new BlamedFunction(region, null, Trouble.Safe(await code.BlameAsync(path, region.From, region.To, cancellationToken)), caller));
                }
            }
        }

        return called.ToImmutable();
    }

    /// <summary>Files called after what stands on the failing lines, in the failing functions, in their files: in this order.</summary>
    private IEnumerable<string> NamedFiles(List<BlamedFunction> failing)
    {
        var texts = failing.Where(f => f.Line is not null).Select(f => f.Region.File.Line(f.Line ?? 0))
            .Concat(failing.SelectMany(f => f.Region.Lines))
            .Concat(failing.Take(3).SelectMany(f => f.Region.File.Lines.Take(400)));
        return texts.Where(t => t.Length < 500).SelectMany(t => Word().Matches(t).Select(m => m.Value)).Distinct(StringComparer.OrdinalIgnoreCase)
            .SelectMany(w => map.Named(w).Concat(map.Implementing(w))).Distinct().Except(OnlyFrames(failing)).Take(MostFiles);
    }

    /// <summary>A file with one frame in it is read again: another of its functions may be the one that is called.</summary>
    private static IEnumerable<string> OnlyFrames(List<BlamedFunction> failing) =>
        failing.GroupBy(f => f.Path).Where(g => g.First().Region.File.Lines.Length < 20).Select(g => g.Key);

    private static IEnumerable<string> Calls(FunctionRegion region) =>
        region.Lines.Where(l => l.Length < 500).SelectMany(l => Call().Matches(l).Select(m => m.Groups[1].Value)).Where(c => c != region.Name).Distinct();

    [GeneratedRegex(@"\b[A-Za-z]\w{2,}", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"\b([A-Za-z_]\w{2,})\s*(?:<[^<>()]*>)?\(", RegexOptions.CultureInvariant)]
    private static partial Regex Call();
}
