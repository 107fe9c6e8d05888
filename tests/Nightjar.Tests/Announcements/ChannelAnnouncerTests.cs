using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Paging;
using Nightjar.Core.Announcements;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Announcements;

/// <summary>Announcements by mail and webhook: what is told, and that nobody waits for it.</summary>
public sealed class ChannelAnnouncerTests
{
    private readonly FakeClock clock = new(new DateTimeOffset(2026, 3, 14, 3, 0, 0, TimeSpan.Zero));
    private readonly Kept kept = new();
    private readonly Line line = new();

    [Fact]
    public async Task What_is_grave_is_told_and_its_end_and_nothing_of_the_rest()
    {
        await using (var announcer = Open())
        {
            await TellAsync(announcer, 1, Severity.Warning, "opened");
            await TellAsync(announcer, 2, Severity.Critical, "needs you");
            await TellAsync(announcer, 1, Severity.Info, "resolved", isOver: true);
            await TellAsync(announcer, 2, Severity.Info, "resolved", isOver: true);
        }

        Assert.Equal([(PageAct.Trigger, "#2 needs you"), (PageAct.Resolve, "#2 resolved")], line.Sent.Select(n => (n.Act, n.Page.Title)));
        Assert.Equal("because", line.Sent.Last().Says);
    }

    [Fact]
    public async Task The_end_is_told_after_a_restart_and_once()
    {
        await using (var before = Open())
        {
            await TellAsync(before, 7, Severity.Critical, "needs you");
        }

        await using (var after = Open())
        {
            await TellAsync(after, 7, Severity.Info, "resolved", isOver: true);
            await TellAsync(after, 7, Severity.Info, "resolved", isOver: true);
        }

        Assert.Equal([PageAct.Trigger, PageAct.Resolve], line.Sent.Select(n => n.Act));
    }

    [Fact]
    public async Task A_server_that_hangs_holds_up_nobody()
    {
        line.Hangs = true;
        using var announcer = Open();
        for (var i = 1; i <= 2_000; i++)
        {
            await TellAsync(announcer, i, Severity.Critical, "needs you").WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        Assert.Empty(line.Sent);
    }

    [Fact]
    public async Task What_waits_when_it_is_killed_is_told_after_the_next_start_and_then_no_more()
    {
        line.Hangs = true;
        using (var killed = Open())
        {
            await TellAsync(killed, 1, Severity.Critical, "needs \"you\"");
            await TellAsync(killed, 2, Severity.Critical, "needs you");
        }

        line.Hangs = false;
        await using (Open())
        {
        }

        await using (Open())
        {
        }

        Assert.Equal(["#1 needs \"you\"", "#2 needs you"], line.Sent.Select(n => n.Page.Title));
    }

    [Fact]
    public async Task What_is_refused_for_good_is_not_tried_again_and_the_next_one_is_told()
    {
        line.Refuses = "#1";
        await using (var announcer = Open())
        {
            await TellAsync(announcer, 1, Severity.Critical, "needs you");
            await TellAsync(announcer, 2, Severity.Critical, "needs you");
        }

        Assert.Equal(1, line.Refused);
        Assert.Equal("#2 needs you", Assert.Single(line.Sent).Page.Title);
    }

    private ChannelAnnouncer Open() => new(line, Severity.Critical, new AnnounceStores(kept, kept), clock, NullLogger.Instance);

    private Task TellAsync(ChannelAnnouncer announcer, long incident, Severity severity, string title, bool isOver = false) =>
        announcer.TellAsync(new Announcement($"{title}-{incident}", new IncidentId(incident), severity, $"#{incident} {title}", "because", "http://localhost/1", false, clock.Now) { IsOver = isOver }, TestContext.Current.CancellationToken);

    private sealed class Line : IPageChannel
    {
        public string Name => "1 webhook";

        public ConcurrentQueue<PageNotice> Sent { get; } = [];

        public bool Hangs { get; set; }

        public string Refuses { get; set; } = "none";

        public int Refused { get; private set; }

        public async Task SendAsync(PageNotice notice, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            if (notice.Page.Title.StartsWith(Refuses, StringComparison.Ordinal))
            {
                Refused++;
                throw new PageFailedException("the key is refused", isFinal: true);
            }

            Sent.Enqueue(notice);
        }
    }

    private sealed class Kept : IRates, IWatchMarks
    {
        private readonly ConcurrentDictionary<string, string> marks = new();

        public Task AddAsync(IReadOnlyList<RateBucket> buckets, IReadOnlyDictionary<string, string> marks, CancellationToken cancellationToken)
        {
            foreach (var (key, mark) in marks)
            {
                this.marks[key] = mark;
            }

            return Task.CompletedTask;
        }

        public Task<string?> GetAsync(string key, CancellationToken cancellationToken) => Task.FromResult(marks.GetValueOrDefault(key));

        public Task<RateReading> ReadAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<RateBucket>> SeriesAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
