using System.Net;
using System.Text.Json;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Tests.Web.Fakes;
using Nightjar.Web;

namespace Nightjar.Tests.Web;

/// <summary>Containers and healing as other programs ask for them.</summary>
public sealed class MonitorApiTests
{
    [Theory]
    [InlineData("GET", "/api/monitor/status")]
    [InlineData("GET", "/api/monitor/figures")]
    [InlineData("GET", "/api/monitor/incidents")]
    [InlineData("GET", "/api/monitor/metrics/container/shop-web-1")]
    [InlineData("POST", "/api/monitor/heal/shop-web-1")]
    public async Task Nobody_comes_in_without_a_word(string method, string path)
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = web.Browser();
        using var answer = await browser.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(web.HealWishes);
    }

    [Fact]
    public async Task Another_page_cannot_have_a_container_healed_by_one_who_is_signed_in()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        using var answer = await browser.SendAsync("/api/monitor/heal/shop-db-1", [], origin: "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(web.HealWishes);
    }

    [Fact]
    public async Task The_status_tells_each_container_and_what_healing_came_to()
    {
        await using var web = await WebApp.StartFilledAsync();
        var failed = new TriedAction("restart", "restart container/shop-db-1", WebSeed.Now, WebSeed.Now, HealEnd.Ineffective, "still down");
        web.Store.Incidents.Add(WebSeed.Incident(40, IncidentState.Investigating, WebSeed.Now, "db is down") with { Heal = new HealProgress { Round = "1", Playbook = new Playbook { Name = "restart" }, Tried = [failed] } });
        web.Store.Incidents.Add(WebSeed.Incident(41, IncidentState.Investigating, WebSeed.Now, "it helped") with { Heal = new HealProgress { Round = "1", Playbook = new Playbook { Name = "restart" }, Tried = [failed, failed with { End = HealEnd.Verified }] } });
        var status = await GetAsync(web, "/api/monitor/status");

        Assert.Equal((1, 1), (status.GetProperty("well").GetInt32(), status.GetProperty("unwell").GetInt32()));
        var db = status.GetProperty("containers").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "shop-db-1");
        Assert.Equal(("shop", "container-exited", "exited", 4_000), (db.GetProperty("service").GetString(), db.GetProperty("condition").GetString(), db.GetProperty("state").GetString(), db.GetProperty("memoryLimitBytes").GetInt64()));
        var figures = status.GetProperty("figures");
        Assert.Equal((0.75, 1_250), (figures.GetProperty("healed").GetProperty("share").GetDouble(), figures.GetProperty("slow").GetProperty("containers")[0].GetProperty("meanMilliseconds").GetDouble()));
        Assert.Equal([40], figures.GetProperty("unhealed").EnumerateArray().Select(i => i.GetProperty("number").GetInt32()));
        Assert.Equal(0.999, figures.GetProperty("uptime").GetProperty("containers").GetProperty("shop-web-1").GetDouble());
    }

    [Fact]
    public async Task A_share_of_nothing_is_no_share()
    {
        await using var web = await WebApp.StartFilledAsync();
        web.Containers.Healed = new HealFigures(0, 0, 0);
        var healed = (await GetAsync(web, "/api/monitor/figures")).GetProperty("healed");
        Assert.True(!healed.TryGetProperty("share", out var share) || share.ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task Incidents_of_the_last_hours_are_told_and_older_ones_are_not()
    {
        await using var web = await WebApp.StartAsync();
        web.Store.Incidents.Add(WebSeed.Incident(1, IncidentState.Resolved, WebSeed.Now.AddHours(-30), "old"));
        web.Store.Incidents.Add(WebSeed.Incident(2, IncidentState.Resolved, WebSeed.Now.AddHours(-3), "today"));
        web.Store.Incidents.Add(WebSeed.Incident(3, IncidentState.Detected, WebSeed.Now.AddMinutes(-3), "now"));
        Assert.Equal([3, 2], await NumbersAsync(web, ""));
        Assert.Equal([3], await NumbersAsync(web, "?hours=1"));
        Assert.Equal([3, 2, 1], await NumbersAsync(web, "?hours=720"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("721")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("1%20OR%201")]
    [InlineData("")]
    public async Task Hours_out_of_range_are_refused_with_the_range(string hours)
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        foreach (var path in new[] { "incidents", "metrics/container/shop-web-1" })
        {
            using var answer = await client.GetAsync($"/api/monitor/{path}?hours={hours}");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("from 1 to 720", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_series_of_a_container_has_plain_units_and_outlives_the_container()
    {
        await using var web = await WebApp.StartFilledAsync();
        var told = await GetAsync(web, "/api/monitor/metrics/container/shop-web-1?hours=2");
        var slice = Assert.Single(told.GetProperty("series").EnumerateArray());
        Assert.Equal((300, 0.9, 120, 2_000), (slice.GetProperty("seconds").GetDouble(), slice.GetProperty("uptime").GetDouble(), slice.GetProperty("responseMilliseconds").GetDouble(), slice.GetProperty("mostMemoryBytes").GetInt64()));
        Assert.Equal(("shop-web-1", WebSeed.Now.AddHours(-2), WebSeed.Now), web.Containers.SeriesAsked[^1]);
        Assert.Single((await GetAsync(web, "/api/monitor/metrics/container/gone")).GetProperty("series").EnumerateArray());
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("..%2F..%2Fetc%2Fpasswd")]
    [InlineData("%3Cscript%3Ealert(1)%3C%2Fscript%3E")]
    [InlineData("x'%20OR%20'1'%3D'1")]
    [InlineData("%00")]
    [InlineData("SHOP-WEB-1")]
    public async Task A_container_that_nobody_knows_gets_the_list_of_those_that_are_there(string name)
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        using var read = await client.GetAsync($"/api/monitor/metrics/container/{name}");
        using var healed = await client.PostAsync($"/api/monitor/heal/{name}", null);
        foreach (var answer in new[] { read, healed })
        {
            var said = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound || name == "%00", said);
            Assert.DoesNotContain("<script>", said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("passwd", said, StringComparison.Ordinal);
        }

        Assert.True(name == "%00" || (await healed.Content.ReadAsStringAsync()).Contains("shop-web-1, shop-db-1", StringComparison.Ordinal));
        Assert.Empty(web.HealWishes);
    }

    [Fact]
    public async Task A_wish_to_heal_goes_to_the_incident_under_the_name_of_who_asked()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        client.DefaultRequestHeaders.Add("X-Nightjar-Person", "ann");
        using var done = await client.PostAsync("/api/monitor/heal/shop-db-1", null);
        Assert.Equal(12, JsonDocument.Parse(await done.Content.ReadAsStringAsync()).RootElement.GetProperty("incident").GetInt32());
        Assert.Equal([("shop-db-1", "ann")], web.HealWishes);

        web.HealReply = new HandReply(false, "nothing was done: playbook restart would do: restart container/shop-db-1; mode observe changes nothing that runs", null);
        using var refused = await client.PostAsync("/api/monitor/heal/shop-db-1", null);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("mode observe", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> GetAsync(WebApp web, string path)
    {
        using var client = AccessTests.Client(web, WebApp.CommandToken);
        return JsonDocument.Parse(await client.GetStringAsync(path)).RootElement;
    }

    private static async Task<List<int>> NumbersAsync(WebApp web, string query) =>
        [.. (await GetAsync(web, $"/api/monitor/incidents{query}")).GetProperty("incidents").EnumerateArray().Select(i => i.GetProperty("number").GetInt32())];
}
