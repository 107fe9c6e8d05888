using Nightjar.Connectors.Paging;
using Nightjar.Core.Announcements;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Announcements;

public sealed class FileAnnouncerTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-announce-");

    private readonly FakeClock clock = new(TimeProvider.System.GetUtcNow());

    private string Log => Path.Combine(folder.FullName, "logs", "critical_alerts.log");

    [Fact]
    public async Task What_is_critical_is_one_line_and_so_is_its_end_also_after_a_restart()
    {
        using (var first = new FileAnnouncer(new AnnounceFileOptions(Log), clock))
        {
            await TellAsync(first, 1, Severity.Warning, "#1 opened: shop");
            await TellAsync(first, 2, Severity.Critical, "#2 needs you: shop\nlogged\u001b[31m");
            await TellAsync(first, 1, Severity.Info, "#1 resolved: shop");
        }

        using var second = new FileAnnouncer(new AnnounceFileOptions(Log), clock);
        await TellAsync(second, 2, Severity.Info, "#2 resolved: shop");

        var lines = await File.ReadAllLinesAsync(Log, TestContext.Current.CancellationToken);
        Assert.Equal(2, lines.Length);
        Assert.Matches("^20..-..-..T..:..:..Z CRITICAL #2 needs you: shop logged", lines[0]);
        Assert.DoesNotContain('\u001b', lines[0]);
        Assert.Contains("INFO #2 resolved: shop", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_file_is_rotated_five_are_kept_and_those_of_last_week_go()
    {
        using var announcer = new FileAnnouncer(new AnnounceFileOptions(Log), clock, most: 200);
        for (var i = 0; i < 40; i++)
        {
            await TellAsync(announcer, i, Severity.Critical, $"#{i} needs you");
        }

        Assert.Equal(["critical_alerts.log", "critical_alerts.log.1", "critical_alerts.log.2", "critical_alerts.log.3", "critical_alerts.log.4"], Directory.GetFiles(Path.Combine(folder.FullName, "logs")).Select(Path.GetFileName).Order());
        Assert.Contains("#39 needs you", await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromDays(8));
        await TellAsync(announcer, 99, Severity.Critical, "#99 needs you");
        Assert.InRange(Directory.GetFiles(Path.Combine(folder.FullName, "logs")).Length, 1, 2);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private Task TellAsync(FileAnnouncer announcer, long incident, Severity severity, string title) =>
        announcer.TellAsync(new Announcement($"{incident}-{title}", new IncidentId(incident), severity, title, "because", "http://localhost/1", false, clock.Now), TestContext.Current.CancellationToken);
}
