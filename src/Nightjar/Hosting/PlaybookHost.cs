using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nightjar.Configuration;
using Nightjar.Core.Healing;

namespace Nightjar.Hosting;

/// <summary>Keeps the shelf as the files are: looks every few seconds, and keeps what was in force while they are not sound.</summary>
internal sealed partial class PlaybookHost(PlaybookShelf shelf, PlaybookReader reader, TimeProvider clock, ILogger<PlaybookHost> logger) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    private string? stamp;

    /// <summary>The reader and the shelf as they are at the start: a folder with a fault in it puts nothing on the shelf but what is sound.</summary>
    public static (PlaybookShelf Shelf, PlaybookReader Reader) Open(NightjarOptions options)
    {
        var reader = ReaderOf(options);
        var (shelf, read) = (new PlaybookShelf(), reader.Read());
        shelf.Put(read.Playbooks, read.AlertTypes);
        shelf.Blame(read.Faults);
        return (shelf, reader);
    }

    public static PlaybookReader ReaderOf(NightjarOptions options)
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "playbooks");
        return new PlaybookReader(options.Playbooks ?? shipped, shipped, options.Services);
    }

    /// <summary>One look; true when something had changed.</summary>
    public bool Look()
    {
        var now = reader.Stamp();
        if (now == stamp)
        {
            return false;
        }

        stamp = now;
        var read = reader.Read();
        if (read.Faults.IsEmpty)
        {
            shelf.Put(read.Playbooks, read.AlertTypes);
            LogLoaded(read.Playbooks.Length, read.AlertTypes.Length);
            return true;
        }

        shelf.Blame(read.Faults);
        foreach (var fault in read.Faults)
        {
            LogFault(fault);
        }

        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, clock);
        do
        {
            Look();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(8100, LogLevel.Information, "Loaded {Playbooks} playbooks and {AlertTypes} alert types")]
    private partial void LogLoaded(int playbooks, int alertTypes);

    [LoggerMessage(8101, LogLevel.Error, "A playbook was not taken, what was in force stays: {Fault}")]
    private partial void LogFault(string fault);
}
