using Microsoft.Win32.SafeHandles;
using Nightjar.Logs.Events;

namespace Nightjar.Logs.Files;

/// <summary>
/// One path and the files that stood and stand at it: the current one, and those that were rotated away while something may
/// still be written to them.
/// </summary>
internal sealed class FollowedPath(string path, FollowContext context)
{
    /// <summary>Writers go on with the renamed file until they are told to open the new one; this is longer than any log rotation takes.</summary>
    private static readonly TimeSpan LeavingPatience = TimeSpan.FromSeconds(5);

    /// <summary>How often to look whether a file that is read under another name may be taken up under this one.</summary>
    private static readonly TimeSpan AliasPatience = TimeSpan.FromSeconds(1);

    private readonly List<FollowedFile> leaving = [];
    private readonly RetryPace pace = new(context.Clock);
    private FollowedFile? current;
    private long aliasSince;
    private bool isAlias;

    public string Path => path;

    public bool IsOpen => current is not null;

    public bool IsAlias => isAlias;

    /// <summary>Why the file cannot be read; null when it can, or is not there.</summary>
    public string? Fault { get; private set; }

    /// <summary>True when nothing is left to read or to wait for, and no file stands at the path.</summary>
    public bool IsGone => current is null && leaving.Count == 0 && !isAlias && Fault is null;

    /// <summary>Reads what is new. More when the budget ended before the files did.</summary>
    public ReadOutcome Advance(int budget)
    {
        var result = ReadOutcome.Idle;
        for (var i = leaving.Count - 1; i >= 0; i--)
        {
            result = Larger(result, ReadLeaving(leaving[i], budget));
        }

        if (current is null && !TryOpenCurrent(atEnd: false))
        {
            return result;
        }

        return current is null ? result : Larger(result, ReadCurrent(current, budget));
    }

    /// <summary>Takes up what stands at the path at the start of the watcher.</summary>
    /// <param name="atEnd">Skip what is there, unless it is known.</param>
    public void Start(bool atEnd)
    {
        TryOpenCurrent(atEnd);
        if (atEnd)
        {
            // What was rotated away before we came is as old as what we skip.
            foreach (var sibling in RotatedNames.Siblings(path))
            {
                using var file = TryOpen(sibling.FullName, quiet: true);
                if (file is not null)
                {
                    context.Known.Close(FileMark.AtEnd(sibling.FullName, file));
                }
            }
        }
    }

    /// <summary>Finds the file of an old mark under its rotated name and reads it to its end, and then those that came after it.</summary>
    public void FinishPredecessor(FileMark mark)
    {
        foreach (var sibling in RotatedNames.Siblings(path))
        {
            var file = TryOpen(sibling.FullName, quiet: true);
            if (file is null)
            {
                continue;
            }

            if (mark.Matches(file))
            {
                context.Known.Forget(mark);
                Leave(sibling.FullName, file, mark.Offset);
                TakeMissed(File.GetLastWriteTimeUtc(file));
                return;
            }

            file.Dispose();
        }

        context.Lost(mark.Path);
    }

    /// <summary>Gives out events that nothing was added to for a while.</summary>
    public void FlushQuiet()
    {
        foreach (var file in Files().Where(f => f.Open.Length > 0))
        {
            var quiet = context.Clock.GetElapsedTime(file.LastRead);
            if (quiet >= EventJoiner.Patience || (quiet >= EventJoiner.UrgentPatience && context.IsUrgent(file.Open)))
            {
                file.Flush();
            }
        }
    }

    /// <summary>Nothing more will be read: the last line and the last event count as they are.</summary>
    public void End()
    {
        foreach (var file in Files().ToList())
        {
            file.End();
        }
    }

    private IEnumerable<FollowedFile> Files() => current is null ? leaving : leaving.Append(current);

    private ReadOutcome ReadCurrent(FollowedFile file, int budget)
    {
        var outcome = file.Read(context.Buffer, budget, context.Clock.GetTimestamp());
        if (outcome == ReadOutcome.Truncated)
        {
            Truncated(file);
            return ReadOutcome.More;
        }

        if (outcome != ReadOutcome.More && IsReplaced(file))
        {
            current = null;
            file.LeftAt = context.Clock.GetTimestamp();
            leaving.Add(file);
            TakeMissed(file.LastWrite);
            return ReadOutcome.More;
        }

        return outcome;
    }

    private ReadOutcome ReadLeaving(FollowedFile file, int budget)
    {
        var outcome = file.Read(context.Buffer, budget, context.Clock.GetTimestamp());
        var isOver = outcome == ReadOutcome.Truncated
            || (outcome == ReadOutcome.Idle && context.Clock.GetElapsedTime(Math.Max(file.LastRead, file.LeftAt)) >= LeavingPatience);
        if (isOver)
        {
            leaving.Remove(file);
            file.End();
            TakeMissed(file.LastWrite);
            context.Known.Close(file);
        }

        return isOver ? ReadOutcome.Idle : outcome;
    }

    /// <summary>Whoever copies and truncates leaves the rest of what we had not read yet in the copy.</summary>
    private void Truncated(FollowedFile file)
    {
        current = null;
        var mark = file.Mark;
        foreach (var sibling in RotatedNames.Siblings(path).Reverse())
        {
            var copy = TryOpen(sibling.FullName, quiet: true);
            if (copy is not null && mark.Matches(copy))
            {
                file.ContinueIn(copy, context.Clock.GetTimestamp());
                leaving.Add(file);
                return;
            }

            copy?.Dispose();
        }

        context.Lost(path);
        file.End();
        context.Known.Close(file);
    }

    /// <summary>
    /// Whether another file stands at the path by now. Length and time of writing of our file are taken before and after those of
    /// the other: the same file lies between. A path without a file is not replaced yet.
    /// </summary>
    private bool IsReplaced(FollowedFile file)
    {
        var (length, written) = (file.Length, file.LastWrite);
        using var there = TryOpen(path, quiet: true);
        if (there is null)
        {
            return false;
        }

        var (otherLength, otherWritten) = (RandomAccess.GetLength(there), File.GetLastWriteTimeUtc(there));
        return otherLength < length || otherLength > file.Length
            || otherWritten < written || otherWritten > file.LastWrite
            || (file.Position > 0 && !file.Mark.Matches(there));
    }

    /// <summary>Takes files that came and were rotated away between two looks.</summary>
    private void TakeMissed(DateTime since)
    {
        foreach (var sibling in RotatedNames.Siblings(path).Where(s => s.LastWriteTimeUtc >= since))
        {
            var file = TryOpen(sibling.FullName, quiet: true);
            if (file is null)
            {
                continue;
            }

            if (context.Known.IsOpen(sibling.FullName, file))
            {
                file.Dispose();
                continue;
            }

            Leave(sibling.FullName, file, context.Known.TakeUp(sibling.FullName, file) ?? 0);
        }
    }

    private void Leave(string name, SafeFileHandle handle, long offset)
    {
        var file = context.Follow(name, handle, offset);
        file.LeftAt = context.Clock.GetTimestamp();
        leaving.Add(file);
    }

    private bool TryOpenCurrent(bool atEnd)
    {
        if (!pace.IsDue || (isAlias && context.Clock.GetElapsedTime(aliasSince) < AliasPatience))
        {
            return false;
        }

        var file = TryOpen(path, quiet: false);
        isAlias = file is not null && context.Known.IsOpen(path, file);
        if (file is null || isAlias)
        {
            aliasSince = context.Clock.GetTimestamp();
            file?.Dispose();
            return false;
        }

        var offset = context.Known.TakeUp(path, file) ?? (atEnd ? LineStarts.Last(file) : 0);
        current = context.Follow(path, file, offset);
        return true;
    }

    private SafeFileHandle? TryOpen(string name, bool quiet)
    {
        try
        {
            if (!File.Exists(name))
            {
                Fault = quiet ? Fault : null;
                return null;
            }

            var file = File.OpenHandle(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Fault = quiet ? Fault : null;
            pace.Succeeded();
            return file;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!quiet)
            {
                Fault = e is UnauthorizedAccessException ? $"not permitted to read {name}" : $"cannot read {name}: {e.Message}";
                context.Refused(name, Fault, pace.Failed());
            }

            return null;
        }
    }

    private static ReadOutcome Larger(ReadOutcome a, ReadOutcome b) => a > b ? a : b;
}
