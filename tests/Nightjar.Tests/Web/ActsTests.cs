using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Tests.Web.Fakes;

namespace Nightjar.Tests.Web;

public sealed class ActsTests
{
    public static TheoryData<int, string, InboxKind, string> Buttons => new()
    {
        { 12, "ack", InboxKind.Acknowledge, "" },
        { 12, "retry", InboxKind.Retry, "" },
        { 12, "giveup", InboxKind.GiveUp, "typed" },
        { 12, "join", InboxKind.Join, "11" },
        { 12, "split", InboxKind.Split, "aa11bb22" },
        { 11, "approve", InboxKind.Approve, "" },
        { 11, "reject", InboxKind.Reject, "typed" },
    };

    [Theory]
    [MemberData(nameof(Buttons))]
    public async Task Each_button_posts_its_message_and_wakes_the_incident(int number, string word, InboxKind kind, string text)
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync("ada");
        var page = await browser.PageAsync($"/incidents/{number}");
        var form = word == "split" ? "form[action$='/split']:has(input[value='aa11bb22'])" : $"form[action$='/{word}']";
        using var answer = text.Length > 0 ? await browser.PressAsync(page, form, ("text", text)) : await browser.PressAsync(page, form);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var message = Assert.Single(web.Store.Inbox);
        Assert.Equal((number, kind, "ada", text), ((int)message.Incident.Value, message.Kind, message.Actor, message.Text));
        Assert.Equal([(new IncidentId(number), web.Clock.Now)], web.Store.Woken);

        var next = await browser.PageAsync(answer.Headers.Location?.ToString() ?? "");
        Assert.StartsWith("Done.", next.QuerySelector(".said")?.TextContent, StringComparison.Ordinal);
        Assert.Null((await browser.PageAsync($"/incidents/{number}")).QuerySelector(".said"));
    }

    [Theory]
    [MemberData(nameof(Buttons))]
    public async Task The_api_does_the_same(int number, string word, InboxKind kind, string text)
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        object body = kind switch
        {
            InboxKind.Join => new { into = 11 },
            InboxKind.Split => new { fingerprint = text },
            _ => new { reason = text },
        };
        using var answer = await client.PostAsJsonAsync($"/api/v1/incidents/{number}/{word}", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((kind, text), (web.Store.Inbox.Single().Kind, web.Store.Inbox.Single().Text));
        Assert.Single(web.Store.Woken);
    }

    [Fact]
    public async Task An_incident_is_silenced_from_its_page_until_a_time()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync("ada");
        using var answer = await browser.PressAsync(await browser.PageAsync("/incidents/12"), "#ask form[action='/silences']", ("minutes", "240"), ("hash", "aa11bb22"), ("why", "known"));

        Assert.Equal("/incidents/12", answer.Headers.Location?.OriginalString);
        var silence = web.Store.Silences[^1];
        Assert.Equal((null, "aa11bb22", web.Clock.Now.AddHours(4), "ada", "known"), (silence.Service, silence.Hash, silence.Until, silence.By, silence.Why));
        Assert.Contains("silenced until 07:12:40 by ada", (await browser.PageAsync("/incidents/12")).QuerySelector("#status")?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_and_posts_nothing()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        (int Number, string Word, string Body)[] cases =
        [
            (12, "approve", "{}"),
            (12, "split", "{\"fingerprint\":\"deadbeef\"}"),
            (11, "split", "{\"fingerprint\":\"6e14cf11\"}"),
            (12, "join", "{\"into\":12}"),
            (12, "join", "{\"into\":999}"),
            (12, "join", "{\"into\":6}"),
            (12, "join", "{\"reason\":\"-1\"}"),
            (11, "approve", "{\"asked\":1}"),
            (7, "giveup", "{}"),
            (6, "ack", "{}"),
        ];
        foreach (var (number, word, body) in cases)
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync($"/api/v1/incidents/{number}/{word}", content);
            Assert.Equal((number, body, HttpStatusCode.Conflict, "application/problem+json"), (number, body, answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        }

        Assert.Empty(web.Store.Inbox);
        Assert.Empty(web.Store.Woken);
    }

    [Fact]
    public async Task An_answer_never_meets_another_question()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/incidents/11");
        var index = web.Store.Incidents.FindIndex(i => i.Id.Value == 11);
        web.Store.Incidents[index] = web.Store.Incidents[index] with { Question = new Question("Delete the database?", IncidentState.Healing, web.Clock.Now) };
        using var answer = await browser.PressAsync(page, "form[action$='/approve']");
        Assert.Empty(web.Store.Inbox);
        var next = await browser.PageAsync("/incidents/11");
        Assert.StartsWith("Not done.", next.QuerySelector(".said")?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_reaches_every_open_incident_of_the_service_and_no_other()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync("ada");
        using var answer = await browser.PressAsync(await browser.PageAsync("/services"), "form[action='/services/deployed']:has(input[value=shop])", ("commit", "c0ffee12"));
        Assert.Equal([12, 11, 10, 9], web.Store.Inbox.Select(m => (int)m.Incident.Value));
        Assert.All(web.Store.Inbox, m => Assert.Equal((InboxKind.Deployed, "c0ffee12", "ada"), (m.Kind, m.Text, m.Actor)));
        Assert.Equal(4, web.Store.Woken.Count);
    }

    [Fact]
    public async Task A_deployment_notice_is_checked()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        (string Service, string Body, HttpStatusCode Expected, int Told)[] cases =
        [
            ("shop", "{\"commit\":\"abc\"}", HttpStatusCode.OK, 4),
            ("shop", "{\"commit\":\"a b\"}", HttpStatusCode.BadRequest, 0),
            ("shop", "{}", HttpStatusCode.BadRequest, 0),
            ("shop", "not json", HttpStatusCode.BadRequest, 0),
            ("nobody", "{\"commit\":\"abc\"}", HttpStatusCode.NotFound, 0),
            ("..%2F..%2Fetc", "{\"commit\":\"abc\"}", HttpStatusCode.NotFound, 0),
        ];
        foreach (var (service, body, expected, told) in cases)
        {
            web.Store.Inbox.Clear();
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync($"/api/v1/services/{service}/deployed", content);
            Assert.Equal((service, body, expected, told), (service, body, answer.StatusCode, web.Store.Inbox.Count));
        }
    }

    [Fact]
    public async Task Looking_into_a_service_by_hand_leads_to_its_incident()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync("ada");
        using var answer = await browser.PressAsync(await browser.PageAsync("/services"), "form[action='/services/investigate']:has(input[value=ledger])");
        Assert.Equal("/incidents/12", answer.Headers.Location?.ToString());
        Assert.Equal([("ledger", "ada")], web.Investigated);
    }

    [Fact]
    public async Task Pause_and_resume_work_and_every_page_says_so()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync("ada");
        using var paused = await browser.PressAsync(await browser.PageAsync("/"), "form[action='/pause']", ("why", "moving\nhouse"));
        Assert.Equal(new Pause("ada", "moving house", web.Clock.Now), web.Store.Pause);
        var services = await browser.PageAsync("/services");
        Assert.Contains("moving house", services.QuerySelector(".paused")?.TextContent, StringComparison.Ordinal);
        using var resumed = await browser.PressAsync(services, "form[action='/resume']");
        Assert.Null(web.Store.Pause);
        Assert.Equal([("ada", "pause", "moving house"), ("ada", "resume", "everything goes on")], web.Store.Entries.Where(e => e.Incident is null).Select(e => (e.Actor, e.Act, e.Why)));
    }

    [Fact]
    public async Task Stopped_agents_are_told_on_every_page_with_the_button_that_lets_them_work()
    {
        await using var app = await WebApp.StartFilledAsync();
        using var browser = await app.SignedInAsync();
        Assert.Null((await browser.PageAsync("/services")).QuerySelector("[aria-label='Agents are stopped']"));

        app.AgentsStopped = "the last one with: <b>401</b>";

        var page = await browser.PageAsync("/services");
        Assert.Contains("All agent work is stopped. the last one with: <b>401</b>", page.QuerySelector("[aria-label='Agents are stopped']")?.TextContent, StringComparison.Ordinal);
        await ((IPauseSwitch)app.Store).SetAsync(new Pause("ada", "drill", app.Clock.GetUtcNow()), default);
        using var pressed = await browser.PressAsync(page, "[aria-label='Agents are stopped'] form");
        Assert.Null(await ((IPauseSwitch)app.Store).GetAsync(default));
    }

    [Fact]
    public async Task The_journal_tells_who_paused_resumed_and_silenced_by_the_api()
    {
        await using var web = await WebApp.StartAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        using var paused = await client.PostAsJsonAsync("/api/v1/pause", new { why = "drill" });
        using var resumed = await client.PostAsJsonAsync("/api/v1/resume", new { });
        using var added = await client.PostAsJsonAsync("/api/v1/silences", new { service = "shop", minutes = 5, why = "known" });
        using var ended = await client.PostAsJsonAsync("/api/v1/silences/1/end", new { });
        Assert.Equal(["pause", "resume", "silence", "end-silence"], web.Store.Entries.Select(e => e.Act));
        Assert.All(web.Store.Entries, e => Assert.NotEmpty(e.Actor));
        Assert.Contains("shop", web.Store.Entries[2].Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silence_is_added_shown_and_ended()
    {
        await using var web = await WebApp.StartAsync();
        using var browser = await web.SignedInAsync("ada");
        using var added = await browser.PressAsync(await browser.PageAsync("/silences?service=shop&hash=6e14cf73"), "form[action='/silences']", ("why", "known"));
        var silence = Assert.Single(web.Store.Silences);
        Assert.Equal(("shop", "6e14cf73", web.Clock.Now.AddHours(1), "ada", "known"), (silence.Service, silence.Hash, silence.Until, silence.By, silence.Why));
        using var ended = await browser.PressAsync(await browser.PageAsync("/silences"), "form[action$='/end']");
        Assert.Empty(web.Store.Silences);
    }

    [Fact]
    public async Task A_silence_that_makes_no_sense_is_refused()
    {
        await using var web = await WebApp.StartAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        foreach (var body in new[] { "{\"minutes\":10}", "{\"service\":\"shop\"}", "{\"service\":\"shop\",\"minutes\":-5}", "{\"service\":\"shop\",\"minutes\":1e300}", "{\"fingerprint\":\"NOT-HEX!\",\"minutes\":10}", "{\"service\":7}", "[" })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync("/api/v1/silences", content);
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        }

        Assert.Empty(web.Store.Silences);
    }

    [Fact]
    public async Task The_api_tells_an_incident_whole_and_pages_by_number()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        var one = await client.GetFromJsonAsync<JsonElement>("/api/v1/incidents/12");
        Assert.Equal("inReview", one.GetProperty("incident").GetProperty("state").GetString());
        Assert.Equal(12_486, one.GetProperty("incident").GetProperty("signals").GetInt64());
        Assert.Equal(12, one.GetProperty("timeline").GetArrayLength());
        Assert.Equal("12-1", one.GetProperty("evidence")[0].GetProperty("id").GetString());

        var numbers = new List<long>();
        for (long? before = long.MaxValue; before is not null;)
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"/api/v1/incidents?limit=3&before={before}");
            numbers.AddRange(page.GetProperty("incidents").EnumerateArray().Select(i => i.GetProperty("number").GetInt64()));
            before = page.TryGetProperty("before", out var next) ? next.GetInt64() : null;
        }

        Assert.Equal([12, 11, 10, 9, 8, 7, 6, 4], numbers);
    }

    [Fact]
    public async Task The_api_says_how_the_daemon_is()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        using var paused = await client.PostAsJsonAsync("/api/v1/pause", new { why = "drill" });
        var status = await client.GetFromJsonAsync<JsonElement>("/api/v1/status");
        Assert.Equal("observe", status.GetProperty("mode").GetString());
        Assert.Equal("drill", status.GetProperty("pause").GetProperty("why").GetString());
        Assert.Equal(3, status.GetProperty("needPerson").GetInt32());
        Assert.False(status.GetProperty("watchers")[0].GetProperty("isWell").GetBoolean());
    }
}
