using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Nightjar.Tests.Web.Fakes;

namespace Nightjar.Tests.Web;

public sealed class AccessTests
{
    private static readonly string[] Pages = ["/", "/board", "/closed", "/incidents/12", "/incidents/12/pulse", "/requests", "/requests/3", "/requests/3/diff", "/services", "/containers", "/silences", "/nothing-here"];

    private static readonly string[] Addresses = ["/api/v1/incidents", "/api/v1/incidents/12", "/api/v1/incidents/12/timeline", "/api/v1/requests", "/api/v1/requests/3/diff", "/api/v1/services", "/api/v1/silences", "/api/v1/status", "/api/v1/watchers", "/api/v1/nothing"];

    [Fact]
    public async Task No_key_is_kept_in_anybodys_home_directory()
    {
        await using var web = await WebApp.StartFilledAsync();
        Assert.DoesNotContain(web.Hosted, h => h.GetType().FullName?.Contains("DataProtection", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_stranger_is_led_to_the_sign_in_page()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = web.Browser();
        foreach (var path in Pages)
        {
            using var answer = await browser.Client.GetAsync(path);
            Assert.Equal((path, HttpStatusCode.Redirect, "/signin"), (path, answer.StatusCode, answer.Headers.Location?.ToString()));
            Assert.DoesNotContain("StockMismatch", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stranger_gets_a_problem_from_the_api()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = web.Browser();
        foreach (var path in Addresses)
        {
            using var answer = await browser.Client.GetAsync(path);
            Assert.Equal((path, HttpStatusCode.Unauthorized, "application/problem+json"), (path, answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        }
    }

    [Fact]
    public async Task A_stranger_changes_nothing()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = web.Browser();
        var token = FormToken(await browser.PageAsync("/signin?token=x"));
        foreach (var path in new[] { "/incidents/12/ack", "/requests/3/merge", "/requests/3/close", "/pause", "/silences", "/services/investigate", "/api/v1/incidents/12/ack", "/api/v1/requests/3/merge", "/api/v1/pause", "/api/v1/signin-links" })
        {
            using var answer = await browser.SendAsync(path, [new("__RequestVerificationToken", token)]);
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, answer.StatusCode));
        }

        Assert.Empty(web.Store.Inbox);
        Assert.Null(web.Store.Pause);
        Assert.Equal(Nightjar.Core.Proposal.HostedState.Open, web.Host.Requests[0].State);
    }

    [Fact]
    public async Task Health_and_static_files_need_no_session()
    {
        await using var web = await WebApp.StartAsync();
        using var browser = web.Browser();
        Assert.Equal("ok", await browser.Client.GetStringAsync("/healthz"));
        var page = await browser.PageAsync("/signin");
        foreach (var file in page.QuerySelectorAll("script[src], link[href]").Select(e => e.GetAttribute("src") ?? e.GetAttribute("href")))
        {
            using var answer = await browser.Client.GetAsync(file);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:{port}")]
    [InlineData("localhost:1")]
    [InlineData("nightjar.example")]
    public async Task A_foreign_host_name_is_refused(string host)
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = host.Replace("{port}", $"{web.Address.Port}", StringComparison.Ordinal);
        using var answer = await browser.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData(WebApp.CommandToken, HttpStatusCode.OK)]
    [InlineData("another token", HttpStatusCode.MisdirectedRequest)]
    [InlineData("", HttpStatusCode.MisdirectedRequest)]
    public async Task Who_holds_the_token_may_use_any_name_because_no_page_can(string token, HttpStatusCode status)
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = web.Browser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/status");
        request.Headers.Host = "nightjar.nightjar:7677";
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var answer = await browser.Client.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("localhost:{port}")]
    [InlineData("nightjar.example:8443")]
    public async Task Our_own_names_are_answered(string host)
    {
        await using var web = await WebApp.StartAsync();
        using var browser = web.Browser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.Host = host.Replace("{port}", $"{web.Address.Port}", StringComparison.Ordinal);
        using var answer = await browser.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_page_elsewhere_can_press_nothing_even_with_a_form_token()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var token = FormToken(await browser.PageAsync("/incidents/12"));
        foreach (var origin in new[] { "http://evil.example", "null", $"http://127.0.0.1:{web.Address.Port + 1}", "" })
        {
            using var answer = await browser.SendAsync("/incidents/12/giveup", [new("__RequestVerificationToken", token)], origin);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        Assert.Empty(web.Store.Inbox);
    }

    [Fact]
    public async Task A_press_that_does_not_say_where_it_comes_from_is_refused()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var token = FormToken(await browser.PageAsync("/incidents/12"));
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", token)]);
        using var answer = await browser.Client.PostAsync("/incidents/12/ack", content);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(web.Store.Inbox);
    }

    [Fact]
    public async Task A_form_token_is_needed_and_it_must_be_ones_own()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var ada = await web.SignedInAsync("ada");
        using var bob = await web.SignedInAsync("bob");
        using var none = await ada.SendAsync("/incidents/12/ack", []);
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
        var bobs = FormToken(await bob.PageAsync("/incidents/12"));
        using var others = await ada.SendAsync("/incidents/12/ack", [new("__RequestVerificationToken", bobs)]);
        Assert.Equal(HttpStatusCode.BadRequest, others.StatusCode);
        Assert.Empty(web.Store.Inbox);
    }

    [Fact]
    public async Task The_command_token_needs_no_form_token_and_may_name_the_person()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = Client(web, WebApp.CommandToken);
        using var first = await client.PostAsync("/api/v1/incidents/12/ack", null);
        client.DefaultRequestHeaders.Add("X-Nightjar-Person", "grace");
        using var second = await client.PostAsync("/api/v1/incidents/12/ack", null);
        Assert.Equal(["cli", "grace"], web.Store.Inbox.Select(m => m.Actor));
    }

    [Fact]
    public async Task Nobody_names_another_person_with_a_session()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync("ada");
        browser.Client.DefaultRequestHeaders.Add("X-Nightjar-Person", "root");
        using var answer = await browser.PressAsync(await browser.PageAsync("/incidents/12"), "form[action$='/ack']");
        Assert.Equal("ada", web.Store.Inbox.Single().Actor);
    }

    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("command-token-of-the-test")]
    public async Task A_wrong_command_token_is_refused_even_with_a_session(string token)
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        browser.Client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var answer = await browser.Client.GetAsync("/api/v1/incidents");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_oversize_body_is_refused(bool sized)
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var fields = Encoding.ASCII.GetBytes($"__RequestVerificationToken={Uri.EscapeDataString(FormToken(await browser.PageAsync("/")))}&text={new string('a', 70_000)}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/incidents/12/ack") { Content = new StreamContent(new MemoryStream(fields)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        request.Headers.TransferEncodingChunked = !sized;
        request.Headers.Add("Origin", web.Address.GetLeftPart(UriPartial.Authority));
        using var answer = await browser.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Empty(web.Store.Inbox);
    }

    [Fact]
    public async Task A_live_part_of_a_signed_out_page_makes_it_load_again()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = web.Browser();
        browser.Client.DefaultRequestHeaders.Add("HX-Request", "true");
        using var answer = await browser.Client.GetAsync("/board");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("true", answer.Headers.GetValues("HX-Refresh").Single());
    }

    internal static string FormToken(AngleSharp.Html.Dom.IHtmlDocument page) =>
        page.QuerySelector("input[name=__RequestVerificationToken]")?.GetAttribute("value") ?? "";

    internal static HttpClient Client(WebApp web, string token)
    {
        var client = new HttpClient { BaseAddress = web.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
