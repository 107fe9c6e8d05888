using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Nightjar.Logs.Lines;

namespace Nightjar.Logs.Files;

/// <summary>What the followed paths of one service share.</summary>
internal sealed partial class FollowContext(KnownFiles known, LineCounts counts, FileEventSink sink, TimeProvider clock, ILogger logger)
{
    /// <summary>One read: large enough that a busy log takes few calls, small enough to stay in the cache.</summary>
    private const int BufferSize = 128 * 1024;

    public KnownFiles Known => known;

    public TimeProvider Clock => clock;

    public Events.UrgentEvent IsUrgent { get; init; } = _ => false;

    public byte[] Buffer { get; } = new byte[BufferSize];

    public FollowedFile Follow(string path, SafeFileHandle handle, long offset)
    {
        var file = new FollowedFile(path, handle, offset, sink, counts);
        known.Add(file);
        FollowedFrom(path, offset);
        return file;
    }

    public void Lost(string path)
    {
        counts.AddLostFile();
        LostEnd(path);
    }

    public void Refused(string path, string why, TimeSpan delay) => WasRefused(path, why, delay);

    [LoggerMessage(2001, LogLevel.Debug, "Followed {Path} from offset {Offset}")]
    private partial void FollowedFrom(string path, long offset);

    [LoggerMessage(2002, LogLevel.Warning, "Found no rotated file that continues {Path}; what was not read of it, if anything, was lost")]
    private partial void LostEnd(string path);

    [LoggerMessage(2003, LogLevel.Warning, "Could not read {Path}: {Why}; trying again in {Delay}")]
    private partial void WasRefused(string path, string why, TimeSpan delay);
}
