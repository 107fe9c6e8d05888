using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Files;

namespace Nightjar.Logs;

/// <summary>One bounded look at what the log files of a service hold now; follows nothing and leaves no mark.</summary>
internal sealed class LogScan(Service service, ImmutableArray<LogTrigger> everywhere, TimeProvider clock)
{
    /// <summary>Read from the end of each file: at 200 bytes a line 300,000 lines, about a second of work.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly byte[] buffer = new byte[128 * 1024];
    private readonly HashSet<string> done = new(StringComparer.Ordinal);

    /// <summary>What was learned, for a digest.</summary>
    public ServiceLog Log { get; } = new(service, clock, seconds: 3_600, everywhere);

    /// <summary>What fires in the last <paramref name="span"/>, an hour at most.</summary>
    public ImmutableArray<Signal> Run(TimeSpan span, CancellationToken cancellationToken)
    {
        var from = clock.GetUtcNow() - (span > TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : span);
        foreach (var path in service.Logs.SelectMany(glob => new PathPattern(glob).Find()).Distinct(StringComparer.Ordinal))
        {
            foreach (var name in RotatedNames.Siblings(path).Select(f => f.FullName).Append(path))
            {
                Read(name, from, cancellationToken);
            }
        }

        return [.. Log.TakeFired(), .. Log.AlarmsSince(from)];
    }

    private void Read(string path, DateTimeOffset from, CancellationToken cancellationToken)
    {
        if (!done.Add(path) || !File.Exists(path) || File.GetLastWriteTimeUtc(path) < from.UtcDateTime)
        {
            return;
        }

        using var file = Open(path);
        if (file is null)
        {
            return;
        }

        var start = LineStarts.From(file, RandomAccess.GetLength(file) - MostBytes);
        using var follow = new FollowedFile(path, file, start, (text, _) => Log.TakeSince(text, from), Log.Lines);
        while (follow.Read(buffer, buffer.Length, clock.GetTimestamp()) == ReadOutcome.More)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        follow.End();
    }

    /// <summary>Null for a file that may not be read: one look says what it can see.</summary>
    private static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
