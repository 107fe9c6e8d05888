using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Nightjar.Tests.Web.Fakes;
using Nightjar.Web.Access;

namespace Nightjar.Tests.Web;

public sealed class SignInTests
{
    [Fact]
    public async Task Opening_a_link_does_not_use_it_up_and_its_button_does()
    {
        await using var web = await WebApp.StartFilledAsync();
        await web.SignIns.CreateLinkAsync(Token.Hash("once"), "ada", web.Clock.Now.AddMinutes(15), default);
        using var preview = web.Browser();
        await preview.PageAsync("/signin?token=once");

        using var browser = web.Browser();
        var page = await browser.PageAsync("/signin?token=once&to=/requests/3");
        using var first = await browser.PressAsync(page, "form");
        Assert.Equal("/requests/3", first.Headers.Location?.ToString());
        Assert.Contains("ada", (await browser.PageAsync("/")).QuerySelector(".person")?.TextContent, StringComparison.Ordinal);

        using var thief = web.Browser();
        using var second = await thief.PressAsync(await thief.PageAsync("/signin?token=once"), "form");
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
        Assert.Single(web.SignIns.Sessions);
    }

    [Fact]
    public async Task An_expired_link_opens_nothing()
    {
        await using var web = await WebApp.StartAsync();
        await web.SignIns.CreateLinkAsync(Token.Hash("late"), "ada", web.Clock.Now.AddMinutes(15), default);
        web.Clock.Advance(TimeSpan.FromMinutes(15));
        using var browser = web.Browser();
        using var answer = await browser.PressAsync(await browser.PageAsync("/signin?token=late"), "form");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(web.SignIns.Sessions);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task A_link_leads_to_no_other_server(string to)
    {
        await using var web = await WebApp.StartAsync();
        await web.SignIns.CreateLinkAsync(Token.Hash("x"), "ada", web.Clock.Now.AddMinutes(15), default);
        using var browser = web.Browser();
        using var answer = await browser.PressAsync(await browser.PageAsync("/signin?token=x"), "form", ("to", to));
        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Sessions_are_kept_as_hashes_in_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        await using var web = await WebApp.StartAsync();
        await web.SignIns.CreateLinkAsync(Token.Hash("x"), "ada", web.Clock.Now.AddMinutes(15), default);
        using var browser = web.Browser();
        using var answer = await browser.PressAsync(await browser.PageAsync("/signin?token=x"), "form");
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("nightjar-0=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        var value = cookie["nightjar-0=".Length..cookie.IndexOf(';', StringComparison.Ordinal)];
        Assert.Equal([Token.Hash(value)], web.SignIns.Sessions.Keys);
    }

    [Fact]
    public async Task A_session_slides_while_it_is_used_and_ends_after_seven_days_all_the_same()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var start = web.Clock.Now;
        while (web.Clock.Now - start < TimeSpan.FromDays(7) - TimeSpan.FromHours(11))
        {
            web.Clock.Advance(TimeSpan.FromHours(11));
            await browser.PageAsync("/silences");
        }

        Assert.Equal(start + TimeSpan.FromDays(7), web.SignIns.Sessions.Values.Single().ExpiresAt);
        web.Clock.AdvanceTo(start + TimeSpan.FromDays(7));
        using var answer = await browser.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_good()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        using var answer = await browser.PressAsync(await browser.PageAsync("/"), "form[action='/signout']");
        Assert.Empty(web.SignIns.Sessions);
        using var after = await browser.Client.GetAsync("/");
        Assert.Equal("/signin", after.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Too_many_wrong_links_close_the_door_for_a_minute()
    {
        await using var web = await WebApp.StartAsync();
        using var browser = web.Browser();
        var page = await browser.PageAsync("/signin?token=wrong");
        for (var i = 0; i < 10; i++)
        {
            using var wrong = await browser.PressAsync(page, "form");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var shut = await browser.PressAsync(page, "form");
        Assert.Equal(HttpStatusCode.TooManyRequests, shut.StatusCode);
        web.Clock.Advance(TimeSpan.FromMinutes(1));
        using var open = await browser.PressAsync(page, "form");
        Assert.Equal(HttpStatusCode.Unauthorized, open.StatusCode);
    }

    [Fact]
    public async Task The_command_line_makes_links_that_work_and_browsers_do_not()
    {
        await using var web = await WebApp.StartAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        using var made = await client.PostAsJsonAsync("/api/v1/signin-links", new { person = "ada", to = "/requests/3" });
        var url = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("url").GetString() ?? "";
        var token = url[(url.IndexOf("token=", StringComparison.Ordinal) + 6)..url.IndexOf("&to", StringComparison.Ordinal)];
        Assert.Equal([Token.Hash(token)], web.SignIns.LinkHashes);
        using var browser = web.Browser();
        using var answer = await browser.PressAsync(await browser.PageAsync(new Uri(url).PathAndQuery), "form");
        Assert.Equal("/requests/3", answer.Headers.Location?.ToString());

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/signin-links");
        request.Headers.Add("Origin", web.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("RequestVerificationToken", AccessTests.FormToken(await browser.PageAsync("/")));
        using var refused = await browser.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Empty(web.SignIns.LinkHashes);
    }

    [Fact]
    public async Task A_link_from_another_site_arrives_with_the_session()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = web.Browser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/incidents/12?x=%22%3E%3Cscript%3E");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var answer = await browser.Client.SendAsync(request);
        var page = WebBrowser.Parse(await answer.Content.ReadAsStringAsync());
        Assert.StartsWith("0;url=/incidents/12?", page.QuerySelector("meta[http-equiv=refresh]")?.GetAttribute("content"), StringComparison.Ordinal);
        Assert.DoesNotContain("StockMismatch", page.Source.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_left_open_does_not_keep_a_session_alive()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        browser.Client.DefaultRequestHeaders.Add("HX-Request", "true");
        web.Clock.Advance(TimeSpan.FromHours(11));
        await browser.PageAsync("/board");
        web.Clock.Advance(TimeSpan.FromHours(1));
        using var answer = await browser.Client.GetAsync("/board");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
