using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Nightjar.Core.Proposal;
using Nightjar.Tests.Web.Fakes;
using Nightjar.Web.Requests;

namespace Nightjar.Tests.Web;

public sealed class ReviewTests
{
    [Fact]
    public async Task Of_two_people_who_merge_one_wins_and_the_other_is_told()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var ada = await web.SignedInAsync("ada");
        using var bob = await web.SignedInAsync("bob");
        var (adas, bobs) = (await ada.PageAsync("/requests/3"), await bob.PageAsync("/requests/3"));
        await Task.WhenAll(MergeAsync(ada, adas), MergeAsync(bob, bobs));

        var said = new[] { await SaidAsync(ada), await SaidAsync(bob) };
        Assert.Single(said, s => s.StartsWith("Done.", StringComparison.Ordinal));
        var winner = web.Host.Requests[0].ClosedBy;
        Assert.Single(said, $"Not done. {winner} was first.");
        Assert.Null((await ada.PageAsync("/requests/3")).QuerySelector("form[action$='/merge']"));
    }

    [Fact]
    public async Task A_merge_is_refused_when_the_branch_moved_after_it_was_read()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/requests/3");
        web.Host.Commits = web.Host.Commits.Add(web.Host.Commits[0] with { Sha = "badbadbadbad" });
        await MergeAsync(browser, page);
        Assert.Equal(HostedState.Open, web.Host.Requests[0].State);
        Assert.Contains("badbadba", await SaidAsync(browser), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Close_ends_a_request_without_merging()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync("ada");
        using var answer = await browser.PressAsync(await browser.PageAsync("/requests/3"), "form[action$='/close']");
        Assert.Equal((HostedState.Closed, "ada"), (web.Host.Requests[0].State, web.Host.Requests[0].ClosedBy));
    }

    [Fact]
    public async Task The_api_merges_once_and_then_says_who_was_first()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        using var first = await client.PostAsJsonAsync("/api/v1/requests/3/merge", new { seen = "f1f1f1f1aabb" });
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var second = await client.PostAsync("/api/v1/requests/3/merge", null);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal("cli was first.", (await second.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_repository_that_cannot_be_read_is_said_so_on_the_page()
    {
        await using var web = await WebApp.StartFilledAsync();
        web.Host.Trouble = "The repository is not there";
        using var browser = await web.SignedInAsync();
        Assert.Contains("The repository is not there", (await browser.PageAsync("/requests/3")).QuerySelector(".said.bad")?.TextContent, StringComparison.Ordinal);
        using var raw = await browser.Client.GetAsync("/requests/3/diff");
        Assert.Equal(HttpStatusCode.Conflict, raw.StatusCode);
    }

    [Fact]
    public async Task The_raw_diff_is_text_and_nothing_else()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        using var raw = await browser.Client.GetAsync("/requests/3/diff");
        Assert.Equal("text/plain", raw.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", raw.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(WebSeed.Diff, await raw.Content.ReadAsStringAsync());
    }

    [Fact]
    public void A_diff_goes_by_the_counts_of_its_hunks()
    {
        var diff = Diff.Parse(WebSeed.Diff);
        Assert.Equal(["src/Inventory.cs", "docs/incidents/2026-03-14-6e14cf73.md"], diff.Files.Select(f => f.Path));
        Assert.Equal((1, 5), (diff.Files[0].Added, diff.Files[0].Removed));
        Assert.Contains(diff.Files[0].Lines, l => l is { Kind: DiffKind.Removed, Text: "-- this removed line begins with two dashes", Old: 48 });
        Assert.Contains(diff.Files[0].Lines, l => l is { Kind: DiffKind.Added, New: 42 });
    }

    [Theory]
    [InlineData("")]
    [InlineData("diff --git")]
    [InlineData("diff --git a/x b/x\n@@ -999999999,999999999 +1,999999999 @@\n+a\ndiff --git a/y b/y\n@@ broken\n+b")]
    [InlineData("@@ -1 +1 @@\n+no file\n\\ No newline")]
    public void A_broken_diff_is_read_as_far_as_it_makes_sense(string text)
    {
        var diff = Diff.Parse(text);
        Assert.False(diff.IsCut);
        Assert.True(diff.Files.Length <= 2);
    }

    [Fact]
    public void A_huge_diff_is_cut_and_says_so()
    {
        var diff = Diff.Parse("diff --git a/x b/x\n@@ -0,0 +1,90000 @@\n" + string.Concat(Enumerable.Repeat($"+{new string('y', 900)}\n", 9_000)));
        Assert.True(diff.IsCut);
        Assert.InRange(diff.Files.Single().Lines.Length, 1, Diff.MostLines);
        Assert.All(diff.Files.Single().Lines, l => Assert.InRange(l.Text.Length, 0, 510));
    }

    private static async Task MergeAsync(WebBrowser browser, AngleSharp.Html.Dom.IHtmlDocument page)
    {
        using var answer = await browser.PressAsync(page, "form[action$='/merge']");
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
    }

    private static async Task<string> SaidAsync(WebBrowser browser) =>
        (await browser.PageAsync("/requests/3")).QuerySelector(".said")?.TextContent ?? "";
}
