using Nightjar.Core.Announcements;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Announcements;

/// <summary>How a page goes on, without a store and without a channel.</summary>
public class PageRulesTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private static readonly PageRoute Route = new("r", [new Named("1 a"), new Named("2 b")]);

    private readonly FakeClock clock = new();

    [Fact]
    public void A_step_is_told_three_times_then_the_next_and_after_the_last_the_first()
    {
        var page = Raised();
        List<string> told = [];
        for (var i = 0; i < 7; i++)
        {
            told.Add(PageRules.Next(page, Route)?.Channel.Name ?? "");
            page = Sent(page);
            Assert.Equal(clock.Now + Quarter, page.NextAt);
            clock.Advance(Quarter);
        }

        Assert.Equal(["1 a", "1 a", "1 a", "2 b", "2 b", "2 b", "1 a"], told);
    }

    [Fact]
    public void A_channel_that_is_away_has_four_tries_and_the_whole_route_rests_when_none_is_there()
    {
        var page = Raised();
        List<double> pauses = [];
        for (var i = 0; i < 8; i++)
        {
            page = Failed(page, isFinal: false);
            pauses.Add((page.NextAt - clock.Now)?.TotalSeconds ?? -1);
        }

        Assert.Equal([10, 30, 90, 0, 10, 30, 90, 300], pauses);
        Assert.Equal(0, page.Step);
    }

    [Fact]
    public void A_refusal_goes_to_the_next_step_at_once()
    {
        var page = Failed(Raised(), isFinal: true);
        Assert.Equal((1, clock.Now), (page.Step, page.NextAt));
    }

    [Fact]
    public void Who_was_told_hears_of_the_acknowledgement_and_of_the_end_and_nobody_else()
    {
        var page = PageRules.Acknowledged(Sent(Raised()), "ann", clock.Now);
        Assert.Equal(("1 a", PageAct.Acknowledge, "ann"), Said(page));
        page = Sent(page);
        Assert.Null(page.NextAt);
        Assert.Same(page, PageRules.Acknowledged(page, "bob", clock.Now));

        page = PageRules.Resolved(page, "answered", clock.Now);
        Assert.Equal(("1 a", PageAct.Resolve, "answered"), Said(page));
        Assert.Null(Sent(page).NextAt);
        Assert.Null(PageRules.Next(Sent(page), Route));
    }

    [Fact]
    public void What_is_over_before_anybody_was_told_is_told_to_nobody() => Assert.Null(PageRules.Resolved(Raised(), "answered", clock.Now).NextAt);

    [Fact]
    public void A_page_that_was_acknowledged_while_it_was_being_sent_is_taken_back_there_too()
    {
        var page = Raised();
        var channel = PageRules.Next(page, Route)?.Channel.Name ?? "";
        page = PageRules.AfterSent(PageRules.Acknowledged(page, "ann", clock.Now), channel, PageAct.Trigger, Route, clock.Now);
        Assert.Equal(("1 a", PageAct.Acknowledge, "ann"), Said(page));

        page = PageRules.AfterSent(PageRules.Resolved(Raised(), "over", clock.Now), channel, PageAct.Trigger, Route, clock.Now);
        Assert.Equal(("1 a", PageAct.Resolve, "over"), Said(page));
    }

    [Fact]
    public void A_try_that_fails_after_the_acknowledgement_is_not_repeated()
    {
        var page = PageRules.Acknowledged(Raised(), "ann", clock.Now);
        Assert.Null(PageRules.AfterFailed(page, "1 a", PageAct.Trigger, false, Route, clock.Now).NextAt);
    }

    [Fact]
    public void Word_that_does_not_arrive_is_given_up_in_the_end()
    {
        var page = PageRules.Resolved(Sent(Raised()), "over", clock.Now);
        var tries = 0;
        for (; page.NextAt is not null; tries++)
        {
            Assert.InRange(page.NextAt.Value - clock.Now, TimeSpan.Zero, Quarter);
            page = Failed(page, isFinal: false);
        }

        Assert.Equal(10, tries);
    }

    [Fact]
    public void What_is_owed_to_a_channel_that_is_gone_is_forgotten()
    {
        var page = PageRules.Resolved(Sent(Raised()), "over", clock.Now);
        var other = new PageRoute("r", [new Named("1 c")]);
        Assert.Null(PageRules.Next(page, other));
        Assert.Null(PageRules.Stuck(page, clock.Now).NextAt);
    }

    [Theory]
    [InlineData("till", "till")]
    [InlineData("owned", "ann")]
    [InlineData("bare", "all")]
    [InlineData("unknown", "all")]
    public void Pages_take_the_services_route_then_an_owners_then_the_one_of_all(string service, string route)
    {
        var routes = new PageRoutes([Route with { Name = "till" }, Route with { Name = "ann" }], Route with { Name = "all" }, new Catalogue(
        [
            new Service { Name = new ServiceName("till"), Route = "till", Owners = ["ann"] },
            new Service { Name = new ServiceName("owned"), Owners = ["nobody", "ann"] },
            new Service { Name = new ServiceName("bare") },
        ]));
        Assert.Equal(route, routes.Of(new ServiceName(service)).Name);
        Assert.Equal("all", routes.Of(null).Name);
    }

    private Page Raised() => PageRules.Raised(new PageWish("k", null, null, "x", Severity.Critical, "t", "", null), clock.Now);

    private Page Sent(Page page) => PageRules.Next(page, Route) is var (channel, notice) ? PageRules.AfterSent(page, channel.Name, notice.Act, Route, clock.Now) : page;

    private Page Failed(Page page, bool isFinal) => PageRules.Next(page, Route) is var (channel, notice) ? PageRules.AfterFailed(page, channel.Name, notice.Act, isFinal, Route, clock.Now) : page;

    private static (string, PageAct, string) Said(Page page) => PageRules.Next(page, Route) is var (channel, notice) ? (channel.Name, notice.Act, notice.Says) : default;

    private sealed class Named(string name) : IPageChannel
    {
        public string Name => name;

        public Task SendAsync(PageNotice notice, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
