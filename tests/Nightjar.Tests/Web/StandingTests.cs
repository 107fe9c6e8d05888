using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Nightjar.Tests.Web.Fakes;
using Nightjar.Web;

namespace Nightjar.Tests.Web;

/// <summary>How the daemon itself is, and how pages and probes say so.</summary>
public sealed class StandingTests
{
    private static readonly ReadyPart Broken = new("store", ReadyState.NotReady, "The store cannot be written, so Nightjar acts on nothing.", "The disk of the store /var/lib/x.db is full.");

    [Fact]
    public async Task The_readiness_probe_says_what_is_not_ready_without_naming_files()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = web.Browser();
        using var well = await client.Client.GetAsync("/readyz");
        web.Ready = [Broken, new ReadyPart("watchers", ReadyState.Limited, "1 of 2 are not well: logs of ledger.")];
        using var ill = await client.Client.GetAsync("/readyz");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (well.StatusCode, ill.StatusCode));
        var said = await ill.Content.ReadAsStringAsync();
        Assert.Contains("The store cannot be written", said, StringComparison.Ordinal);
        Assert.Contains("\"limited\"", said, StringComparison.Ordinal);
        Assert.DoesNotContain("/var/lib", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watcher_that_does_not_see_leaves_the_daemon_ready()
    {
        await using var web = await WebApp.StartFilledAsync();
        web.Ready = [new ReadyPart("watchers", ReadyState.Limited, "1 of 2 are not well: logs of ledger.")];
        using var browser = await web.SignedInAsync();
        using var answer = await browser.Client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty((await browser.PageAsync("/")).QuerySelectorAll(".trouble"));
    }

    [Fact]
    public async Task Every_page_says_why_nothing_is_done()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        web.Ready = [Broken];
        foreach (var path in new[] { "/", "/incidents/12", "/requests/3", "/services", "/silences" })
        {
            Assert.Contains("/var/lib/x.db is full", (await browser.PageAsync(path)).QuerySelector(".trouble")?.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_store_that_is_away_gets_a_whole_page_that_says_so()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/incidents/12");
        web.Store.Away = "The disk of the store /var/lib/x.db is full: make room there";
        foreach (var path in new[] { "/", "/incidents/12", "/board?seen=", "/incidents/12/pulse?seen=" })
        {
            using var answer = await browser.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            var said = WebBrowser.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal("Nightjar cannot reach its store", said.QuerySelector("h1")?.TextContent);
            Assert.Contains("make room there", said.Body?.TextContent, StringComparison.Ordinal);
            Assert.Equal(WebBrowser.Policy, answer.Headers.GetValues("Content-Security-Policy").Single());
        }

        using var pressed = await browser.PressAsync(page, "form[action$='/ack']");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, pressed.StatusCode);
        Assert.Empty(web.Store.Inbox);
    }

    [Fact]
    public async Task The_api_says_that_the_store_is_away_as_a_problem()
    {
        await using var web = await WebApp.StartFilledAsync();
        web.Store.Away = "The disk is full";
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        using var answer = await client.GetAsync("/api/v1/incidents");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("The disk is full", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_in_is_counted_and_what_was_lost_is_seen_at_once()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        Assert.Contains("4,812 taken in", (await browser.PageAsync("/")).QuerySelector(".intake")?.TextContent, StringComparison.Ordinal);
        Assert.Null((await browser.PageAsync("/services")).QuerySelector(".trouble"));

        web.Intake = web.Intake with { Dropped = 1_250 };
        foreach (var path in new[] { "/", "/services", "/requests" })
        {
            Assert.Contains("1,250 signals were lost", (await browser.PageAsync(path)).QuerySelector(".trouble")?.TextContent, StringComparison.Ordinal);
        }

        using var client = AccessTests.Client(web, WebApp.CommandToken);
        var status = await client.GetFromJsonAsync<JsonElement>("/api/v1/status");
        Assert.Equal((4_812, 1_250), (status.GetProperty("intake").GetProperty("accepted").GetInt64(), status.GetProperty("intake").GetProperty("dropped").GetInt64()));
    }

    [Fact]
    public async Task The_list_reads_its_counts_once_whatever_its_length()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var before = web.Store.FoldReads;
        await browser.PageAsync("/");
        Assert.Equal(1, web.Store.FoldReads - before);
    }
}
