using System.Security.Cryptography;
using System.Text;
using Nightjar.Connectors.Paging;
using Nightjar.Core.Announcements;

namespace Nightjar.Tests.Connectors.Paging;

public class HttpChannelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PagerDuty_is_told_by_events_of_one_dedup_key()
    {
        await using var lab = await PagingLab.StartAsync();
        var channel = lab.Channel(PageStepKind.PagerDuty, new Uri(lab.Url, "/eu"));
        await channel.SendAsync(PagingLab.Notice(), Token);
        await channel.SendAsync(PagingLab.Notice(PageAct.Acknowledge), Token);
        await channel.SendAsync(PagingLab.Notice(PageAct.Resolve), Token);

        Assert.All(lab.All, p => Assert.Equal(("POST", "/eu/v2/enqueue", "the-routing-key-0123456789", "nightjar-6e14cf73-12-tell-NeedsHuman-4"), (p.Method, p.Address, (string?)p.Json["routing_key"], (string?)p.Json["dedup_key"])));
        Assert.Equal(["trigger", "acknowledge", "resolve"], lab.All.Select(p => (string?)p.Json["event_action"]));
        var payload = lab.All.First().Json["payload"];
        Assert.Equal(("#12 needs you: shop fails", "shop", "critical", "2026-05-19T21:00:00.000Z"), ((string?)payload?["summary"], (string?)payload?["source"], (string?)payload?["severity"], (string?)payload?["timestamp"]));
        Assert.Equal("https://nightjar.example.org/incidents/12", (string?)lab.All.First().Json["links"]?[0]?["href"]);
        Assert.Null(lab.All.Last().Json["payload"]);
    }

    [Fact]
    public async Task Opsgenie_opens_acknowledges_and_closes_an_alert_by_its_alias()
    {
        await using var lab = await PagingLab.StartAsync();
        var channel = lab.Channel(PageStepKind.Opsgenie);
        await channel.SendAsync(PagingLab.Notice(title: new string('x', 500)), Token);
        await channel.SendAsync(PagingLab.Notice(PageAct.Acknowledge), Token);
        await channel.SendAsync(PagingLab.Notice(PageAct.Resolve), Token);

        const string Alias = "nightjar-6e14cf73-12-tell-NeedsHuman-4";
        Assert.Equal(["/v2/alerts", $"/v2/alerts/{Alias}/acknowledge?identifierType=alias", $"/v2/alerts/{Alias}/close?identifierType=alias"], lab.All.Select(p => p.Address));
        Assert.All(lab.All, p => Assert.Equal("GenieKey the-routing-key-0123456789", p.Headers["Authorization"]));
        var alert = lab.All.First().Json;
        Assert.Equal((Alias, "P1", 130), ((string?)alert["alias"], (string?)alert["priority"], ((string?)alert["message"])?.Length));
    }

    [Fact]
    public async Task A_webhook_is_signed_over_time_and_body()
    {
        await using var lab = await PagingLab.StartAsync();
        await lab.Channel(PageStepKind.Webhook, new Uri(lab.Url, "/hooks/T0/secret-path?x=1")).SendAsync(PagingLab.Notice(time: 3), Token);

        var posted = Assert.Single(lab.All);
        Assert.Equal("/hooks/T0/secret-path?x=1", posted.Address);
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(PagingLab.Key.Reveal()), Encoding.UTF8.GetBytes($"{posted.Headers["X-Nightjar-Timestamp"]}.{posted.Body}")));
        Assert.Equal($"sha256={expected}", posted.Headers["X-Nightjar-Signature"]);
        Assert.Equal(("trigger", 12, "shop", 3), ((string?)posted.Json["action"], (int?)posted.Json["incident"], (string?)posted.Json["service"], (int?)posted.Json["time"]));
        Assert.DoesNotContain(PagingLab.Key.Reveal(), posted.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(401, true)]
    [InlineData(302, true)]
    [InlineData(429, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public async Task A_refusal_is_final_and_a_limit_or_a_fault_is_not(int status, bool isFinal)
    {
        await using var lab = await PagingLab.StartAsync();
        lab.Status = status;
        foreach (var kind in new[] { PageStepKind.PagerDuty, PageStepKind.Opsgenie, PageStepKind.Webhook })
        {
            var failure = await Assert.ThrowsAsync<PageFailedException>(() => lab.Channel(kind).SendAsync(PagingLab.Notice(), Token));
            Assert.Equal(isFinal, failure.IsFinal);
            Assert.Contains($"127.0.0.1 answered {status}", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("routing-key", failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nobody_there_is_a_failure_that_passes_and_shows_no_path()
    {
        await using var lab = await PagingLab.StartAsync();
        var failure = await Assert.ThrowsAsync<PageFailedException>(() => lab.Channel(PageStepKind.Webhook, new Uri("http://127.0.0.1:1/secret-path")).SendAsync(PagingLab.Notice(), Token));
        Assert.False(failure.IsFinal);
        Assert.DoesNotContain("secret-path", failure.Message, StringComparison.Ordinal);
    }
}
