using Microsoft.Win32.SafeHandles;
using Nightjar.Logs.Events;
using Nightjar.Logs.Lines;

namespace Nightjar.Logs.Files;

/// <summary>How reading on in a file went.</summary>
internal enum ReadOutcome
{
    /// <summary>Nothing new.</summary>
    Idle,

    /// <summary>Read to the end.</summary>
    Data,

    /// <summary>Read as much as was allowed; there is more.</summary>
    More,

    /// <summary>What was read before is no longer there.</summary>
    Truncated,
}

/// <summary>Takes one event of a file.</summary>
/// <param name="isBacklog">The text was there before the file was opened.</param>
internal delegate void FileEventSink(ReadOnlySpan<byte> text, bool isBacklog);

/// <summary>
/// One file on disk, by its handle, whatever its name is by now. Before it reads on it looks whether the last bytes it saw still
/// are where they were: that finds a truncated file even when it has grown past its old length again.
/// </summary>
internal sealed class FollowedFile : IDisposable
{
    private readonly LineCutter cutter;
    private readonly EventJoiner joiner;
    private readonly long backlogEnd;
    private readonly byte[] head = new byte[FileMark.MostBytes];
    private readonly byte[] tail = new byte[FileMark.MostBytes];
    private SafeFileHandle handle;
    private int known;
    private string? headHash;
    private bool isBacklog;

    public FollowedFile(string path, SafeFileHandle handle, long offset, FileEventSink sink, LineCounts counts)
    {
        Path = path;
        this.handle = handle;
        Position = offset;
        backlogEnd = RandomAccess.GetLength(handle);
        known = (int)Math.Min(offset, FileMark.MostBytes);
        RandomAccess.Read(handle, head.AsSpan(0, known), 0);
        RandomAccess.Read(handle, tail.AsSpan(0, known), offset - known);
        joiner = new EventJoiner(text => sink(text, isBacklog), counts);
        cutter = new LineCutter(joiner.Line, counts, offset);
    }

    public string Path { get; }

    public long Position { get; private set; }

    /// <summary>When something was read last, by the clock's timestamp.</summary>
    public long LastRead { get; private set; }

    /// <summary>When the file left its path, by the clock's timestamp.</summary>
    public long LeftAt { get; set; }

    /// <summary>The event that may still grow; empty when there is none.</summary>
    public ReadOnlySpan<byte> Open => joiner.OpenStart is null ? [] : joiner.Open;

    public FileMark Mark => new(Path, joiner.OpenStart ?? cutter.LineStart, Position, HeadHash(), FileMark.Hash(tail.AsSpan(0, known)));

    public long Length => RandomAccess.GetLength(handle);

    public DateTime LastWrite => File.GetLastWriteTimeUtc(handle);

    /// <summary>True when the other handle is of the same file. One that was not read yet is known by what lies in it.</summary>
    public bool IsSame(SafeFileHandle other) => (Position > 0 ? Mark : FileMark.AtEnd(Path, handle)).Matches(other);

    /// <param name="buffer">Scratch space of the caller, longer than <see cref="FileMark.MostBytes"/>.</param>
    /// <param name="timestamp">Now, by the clock's timestamp.</param>
    public ReadOutcome Read(byte[] buffer, int budget, long timestamp)
    {
        var length = Length;
        if (length == Position)
        {
            return ReadOutcome.Idle;
        }

        if (length < Position)
        {
            return ReadOutcome.Truncated;
        }

        var outcome = ReadOutcome.Idle;
        while (budget > 0)
        {
            var read = RandomAccess.Read(handle, buffer, Position - known);
            if (read < known || !buffer.AsSpan(0, known).SequenceEqual(tail.AsSpan(0, known)))
            {
                return ReadOutcome.Truncated;
            }

            if (read == known)
            {
                return outcome;
            }

            var fresh = buffer.AsSpan(known, read - known);
            budget -= fresh.Length;
            Take(fresh, buffer.AsSpan(0, read));
            LastRead = timestamp;
            outcome = ReadOutcome.Data;
        }

        return ReadOutcome.More;
    }

    /// <summary>Goes on in the copy of the file that truncation left behind.</summary>
    public void ContinueIn(SafeFileHandle copy, long timestamp)
    {
        handle.Dispose();
        handle = copy;
        LeftAt = timestamp;
    }

    /// <summary>Nothing more comes for now: the open event is given out.</summary>
    public void Flush() => joiner.Flush();

    /// <summary>Nothing more will ever come: the last line counts even without its end.</summary>
    public void End()
    {
        cutter.End();
        joiner.Flush();
    }

    public void Dispose() => handle.Dispose();

    private void Take(ReadOnlySpan<byte> fresh, ReadOnlySpan<byte> withTail)
    {
        if (Position < head.Length)
        {
            var missing = fresh[..(int)Math.Min(fresh.Length, head.Length - Position)];
            missing.CopyTo(head.AsSpan((int)Position));
            headHash = null;
        }

        isBacklog = Position < backlogEnd;
        cutter.Push(fresh);
        Position += fresh.Length;
        known = Math.Min(withTail.Length, tail.Length);
        withTail[^known..].CopyTo(tail);
    }

    /// <summary>Of as many bytes as the mark will look at; settled once there are enough of them.</summary>
    private string HeadHash() => headHash ??= FileMark.Hash(head.AsSpan(0, (int)Math.Min(Position, head.Length)));
}
