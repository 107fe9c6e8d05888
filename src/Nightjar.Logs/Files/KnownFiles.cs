using Microsoft.Win32.SafeHandles;

namespace Nightjar.Logs.Files;

/// <summary>
/// Every file of one service that was or is read, so that a file which comes along under a new name (rotated, copied) is not
/// read a second time. Only names that rotation gives are compared.
/// </summary>
internal sealed class KnownFiles
{
    /// <summary>Closed files that are remembered: four days of hourly rotation, 20 kB in the mark.</summary>
    private const int MostClosed = 100;

    private readonly List<FollowedFile> open = [];
    private readonly List<FileMark> closed = [];

    public IReadOnlyList<FollowedFile> Open => open;

    public IReadOnlyList<FileMark> Closed => closed;

    public void Add(FollowedFile file) => open.Add(file);

    public void Close(FollowedFile file)
    {
        open.Remove(file);
        Close(file.Mark);
        file.Dispose();
    }

    public void Close(FileMark mark)
    {
        if (mark.Seen > 0 && !closed.Contains(mark))
        {
            closed.Add(mark);
        }

        if (closed.Count > MostClosed)
        {
            closed.RemoveAt(0);
        }
    }

    /// <summary>True when this very file is being read already, under the name it had before.</summary>
    public bool IsOpen(string path, SafeFileHandle file) => open.Exists(f => AreRelated(f.Path, path) && f.IsSame(file));

    /// <summary>Where a file goes on that was read before; null for one that was not. The mark is used up with it.</summary>
    public long? TakeUp(string path, SafeFileHandle file)
    {
        var match = closed.FindLast(m => m.Path == path && m.Matches(file)) ?? closed.FindLast(m => AreRelated(m.Path, path) && m.Matches(file));
        if (match is not null)
        {
            closed.Remove(match);
        }

        return match?.Offset;
    }

    /// <summary>False for a mark that was used up.</summary>
    public bool IsLeft(FileMark mark) => closed.Contains(mark);

    public void Forget(FileMark mark) => closed.Remove(mark);

    private static bool AreRelated(string a, string b)
    {
        if (a == b)
        {
            return true;
        }

        var (nameA, nameB) = (Path.GetFileName(a), Path.GetFileName(b));
        return Path.GetDirectoryName(a) == Path.GetDirectoryName(b)
            && (RotatedNames.IsRotationOf(nameA, nameB) || RotatedNames.IsRotationOf(nameB, nameA) || AreSiblings(nameA, nameB));
    }

    /// <summary><c>app.log.1</c> and <c>app.log.2</c>: the same but for the number at the end.</summary>
    private static bool AreSiblings(string a, string b) => a.AsSpan().TrimEnd("0123456789-._T").SequenceEqual(b.AsSpan().TrimEnd("0123456789-._T"));
}
