using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Nightjar.Connectors.GitHub;
using Nightjar.Core.Incidents;

namespace Nightjar.Stories.GitHub;

public class GitHubHookStories
{
    [Fact]
    public async Task A_signed_webhook_has_the_incident_look_at_once()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        await hub.Server.MergeAsync(1);
        Assert.Equal(202, (await SendAsync(hub, "pull_request", Closed(merged: true))).Status);
        await hub.World.SettleAsync();
        Assert.Equal(IncidentState.Verifying, (await hub.IncidentAsync()).State);
        Assert.Contains(await hub.World.JournalAsync(), e => (e.Actor, e.Act) == ("github", "merged"));
    }

    [Fact]
    public async Task A_webhook_that_lies_changes_nothing()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        Assert.Equal(202, (await SendAsync(hub, "pull_request", Closed(merged: true))).Status);
        await hub.World.SettleAsync();
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
    }

    [Fact]
    public async Task A_bad_signature_is_refused()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        var body = Encoding.UTF8.GetBytes(Closed(merged: true).ToJsonString());
        foreach (var signature in new[] { "", "sha256=", "sha256=zz", Sign(body, "another"), Sign(body, Hub.Secret)[..^2], $"{Sign(body, Hub.Secret)}00", Sign(body, Hub.Secret).Replace("sha256", "sha1", StringComparison.Ordinal), Sign([.. body, (byte)' '], Hub.Secret) })
        {
            var (status, says) = await Hooks(hub).TakeAsync(signature, "d", "pull_request", body, default);
            Assert.Equal(401, status);
            Assert.StartsWith("The signature X-Hub-Signature-256 is missing or wrong", says, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(await hub.World.JournalAsync(), e => e.Actor == "github");
    }

    [Fact]
    public async Task A_delivery_that_is_played_again_is_refused_under_whatever_number()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        var body = Closed(merged: false);
        Assert.Equal(202, (await SendAsync(hub, "pull_request", body, "1")).Status);
        Assert.Equal((409, "This delivery was taken before; nothing was done."), await SendAsync(hub, "pull_request", body, "1"));
        Assert.Equal(409, (await SendAsync(hub, "pull_request", body, "2")).Status);
        Assert.Equal(409, (await SendAsync(hub, "pull_request", Closed(merged: true), "1")).Status);
        Assert.Equal("closed", Assert.Single(await hub.World.JournalAsync(), e => e.Actor == "github").Act);
    }

    [Theory]
    [InlineData("ping", """{"zen":"Keep it logically awesome."}""", 202)]
    [InlineData("pull_request", """{"action":"labeled","number":1,"pull_request":{"number":1},"repository":{"full_name":"acme/shop"}}""", 202)]
    [InlineData("pull_request", """{"action":"closed","pull_request":{"number":1},"repository":{"full_name":"acme/other"}}""", 202)]
    [InlineData("pull_request", """{"action":"closed","pull_request":{"number":99},"repository":{"full_name":"acme/shop"}}""", 202)]
    [InlineData("issue_comment", """{"action":"created","issue":{"number":1},"comment":{"body":"<!-- nightjar:comment quiet -->\nQuiet."},"repository":{"full_name":"acme/shop"}}""", 202)]
    [InlineData("pull_request", """{"action":"closed","pull_request":{"number":"1"},"repository":{"full_name":"acme/shop"}}""", 400)]
    [InlineData("pull_request", """{"action":"closed"}""", 400)]
    [InlineData("pull_request", """[1]""", 400)]
    [InlineData("pull_request", """{"action":""", 400)]
    [InlineData("pull_request", "payload=%7B%7D", 400)]
    public async Task What_is_not_for_us_or_cannot_be_read_wakes_nobody(string kind, string body, int status)
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        var bytes = Encoding.UTF8.GetBytes(body);
        Assert.Equal(status, (await Hooks(hub).TakeAsync(Sign(bytes, Hub.Secret), "d", kind, bytes, default)).Status);
        await hub.World.SettleAsync();
        Assert.DoesNotContain(await hub.World.JournalAsync(), e => e.Actor == "github");
    }

    private static GitHubHooks Hooks(Hub hub) => hub.World.Part<GitHubHooks>();

    private static async Task<(int Status, string Says)> SendAsync(Hub hub, string kind, JsonNode body, string delivery = "1")
    {
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        var answer = await Hooks(hub).TakeAsync(Sign(bytes, Hub.Secret), delivery, kind, bytes, default);
        await hub.World.SettleAsync();
        return answer;
    }

    private static JsonObject Closed(bool merged) => new()
    {
        ["action"] = "closed", ["number"] = 1, ["pull_request"] = new JsonObject { ["number"] = 1, ["merged"] = merged }, ["repository"] = new JsonObject { ["full_name"] = "acme/shop" }, ["sender"] = new JsonObject { ["login"] = "ann" },
    };

    private static string Sign(byte[] body, string secret) => $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))}";
}
