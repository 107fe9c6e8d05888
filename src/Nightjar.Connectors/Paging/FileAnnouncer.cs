using System.Globalization;
using System.Text;
using Nightjar.Core.Announcements;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Paging;

/// <summary>Where announcements are written to, one line each.</summary>
public sealed record AnnounceFileOptions(string File)
{
    /// <summary>What is less grave is left out; that a problem is over is told with it.</summary>
    public Severity Severity { get; init; } = Severity.Critical;
}

/// <summary>
/// Writes announcements to a file: time, severity, what, where to read on. When the file is full it becomes <c>FILE.1</c>, and so on to
/// <c>FILE.4</c>; what is older than a week goes.
/// </summary>
/// <param name="most">Bytes of one file; five of them are kept.</param>
public sealed class FileAnnouncer(AnnounceFileOptions options, TimeProvider clock, long most = 100_000_000) : IAnnouncer, IDisposable
{
    private const int Files = 5;

    private const int LongestText = 1_000;

    private static readonly TimeSpan Oldest = TimeSpan.FromDays(7);

    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly HashSet<string> standing = new(StringComparer.Ordinal);

    public async Task TellAsync(Announcement announcement, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            if (!IsWanted(announcement))
            {
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.File)) ?? "/");
            Rotate();
            await File.AppendAllTextAsync(options.File, Line(announcement), cancellationToken);
        }
        finally
        {
            writing.Release();
        }
    }

    public void Dispose() => writing.Dispose();

    private static string Line(Announcement announcement) => string.Create(
        CultureInfo.InvariantCulture,
        $"{announcement.At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} {announcement.Severity.ToString().ToUpperInvariant()} {Quoting.Plain(announcement.Title, LongestText)}. {Quoting.Plain(announcement.Text, LongestText)} {announcement.Url}\n");

    /// <summary>The end of what was written of is written, too, whatever its severity.</summary>
    private bool IsWanted(Announcement announcement)
    {
        var incident = announcement.Incident?.ToString() ?? "";
        if (announcement.Severity >= options.Severity)
        {
            standing.Add(incident);
            return true;
        }

        return announcement.Severity == Severity.Info && incident.Length > 0 && (standing.Remove(incident) || IsWrittenOf(incident));
    }

    /// <summary>An incident of an earlier run: its number is in the file.</summary>
    private bool IsWrittenOf(string incident) => File.Exists(options.File) && File.ReadLines(options.File, Encoding.UTF8).Any(l => l.Contains($" {incident} ", StringComparison.Ordinal));

    private void Rotate()
    {
        foreach (var old in Enumerable.Range(1, Files - 1).Select(Numbered).Where(f => File.Exists(f) && clock.GetUtcNow() - File.GetLastWriteTimeUtc(f) > Oldest))
        {
            File.Delete(old);
        }

        if (!File.Exists(options.File) || new FileInfo(options.File).Length < most)
        {
            return;
        }

        for (var i = Files - 2; i >= 1; i--)
        {
            if (File.Exists(Numbered(i)))
            {
                File.Move(Numbered(i), Numbered(i + 1), overwrite: true);
            }
        }

        File.Move(options.File, Numbered(1), overwrite: true);
    }

    private string Numbered(int number) => string.Create(CultureInfo.InvariantCulture, $"{options.File}.{number}");
}
