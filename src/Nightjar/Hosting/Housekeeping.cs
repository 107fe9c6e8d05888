using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nightjar.Configuration;
using Nightjar.Connectors.Git;
using Nightjar.Core.Incidents;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Hosting;

/// <summary>Once an hour: forgets what is older than its retention, and clones that a kill left behind.</summary>
internal sealed partial class Housekeeping(SqliteStore store, GitRepositories repositories, NightjarOptions options, TimeProvider clock, ILogger<Housekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                var clones = repositories.PruneClones(options.Retention.Clones);
                var rows = await store.PruneAsync(clock.GetUtcNow(), options.Retention, stoppingToken);
                var transcripts = PruneTranscripts();
                LogPruned(rows.ToString(), clones, transcripts);
            }
            catch (StoreUnavailableException e)
            {
                LogStoreUnavailable(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private int PruneTranscripts()
    {
        var folder = new DirectoryInfo(StateFiles.Transcripts(options.State));
        if (!folder.Exists)
        {
            return 0;
        }

        var old = folder.EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.LastWriteTimeUtc < (clock.GetUtcNow() - options.Retention.Transcripts).UtcDateTime).ToList();
        old.ForEach(f => f.Delete());
        return old.Count;
    }

    [LoggerMessage(8040, LogLevel.Debug, "Forgot what was past its retention: {Rows}, {Clones} clones, {Transcripts} transcripts")]
    private partial void LogPruned(string? rows, int clones, int transcripts);

    [LoggerMessage(8041, LogLevel.Warning, "Nothing could be forgotten, the store cannot be written: {Why}")]
    private partial void LogStoreUnavailable(string why);
}
