using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Logs.Files;
using Nightjar.Logs.Lines;
using Nightjar.Testing;

namespace Nightjar.Tests.Logs;

/// <summary>A folder of log files that a test writes, rotates and reads.</summary>
public abstract class FollowLab : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("nightjar-logs-");

    protected FakeClock Clock { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    protected List<string> Seen { get; } = [];

    private protected LineCounts Counts { get; } = new();

    private protected KnownFiles Known { get; set; } = new();

    protected string Log => At("app.log");

    public void Dispose()
    {
        Known.Open.ToList().ForEach(f => f.Dispose());
        directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected FollowedFiles Start(string glob, FollowState? left = null) => Start([glob], left);

    private protected FollowedFiles Start(string[] globs, FollowState? left)
    {
        Known = new KnownFiles();
        var files = new FollowedFiles([.. globs.Select(At)], new FollowContext(Known, Counts, (text, _) => Seen.Add(Encoding.UTF8.GetString(text)), Clock, NullLogger.Instance));
        files.Start(left);
        return files;
    }

    /// <summary>Reads until nothing is left, and lets open events end.</summary>
    private protected void Look(FollowedFiles files)
    {
        for (var round = 0; round < 3; round++)
        {
            while (files.Advance(search: true) != ReadOutcome.Idle)
            {
            }

            Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>So long that rotated files are given up and taken up under their new names.</summary>
    private protected void LookLong(FollowedFiles files)
    {
        for (var round = 0; round < 5; round++)
        {
            Look(files);
        }
    }

    private protected FollowState Stop(FollowedFiles files)
    {
        var state = files.State;
        Known.Open.ToList().ForEach(f => f.Dispose());
        return state;
    }

    /// <summary>As logrotate does: app.log.1 becomes app.log.2, and so on, and app.log becomes app.log.1.</summary>
    private protected void Rotate()
    {
        for (var i = 200; i > 0; i--)
        {
            if (File.Exists(At($"app.log.{i}")))
            {
                File.Move(At($"app.log.{i}"), At($"app.log.{i + 1}"));
            }
        }

        File.Move(Log, At("app.log.1"));
    }

    protected string At(string name) => Path.Combine(directory.FullName, name);

    protected static void Write(string path, params string[] lines) => File.AppendAllText(path, string.Concat(lines.Select(l => l + "\n")));
}
