using System.Net;
using Nightjar.Tests.Web.Fakes;
using Nightjar.Web.Hooks;

namespace Nightjar.Tests.Web;

public sealed class GitHubHookTests
{
    [Fact]
    public async Task A_webhook_comes_in_without_a_session_byte_for_byte()
    {
        HookDelivery? got = null;
        await using var web = await WebApp.StartAsync(hook: (h, _) => Task.FromResult(((got = h) is null ? 500 : 202, "taken")));
        var body = "{ \"a\":  1 }\r\n"u8.ToArray();
        using var answer = await SendAsync(web, new ByteArrayContent(body));
        Assert.Equal((HttpStatusCode.Accepted, "taken"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal(("pull_request", "7", "sha256=ab"), (got?.Kind, got?.Id, got?.Signature));
        Assert.Equal(body, got?.Body.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ten_megabytes_are_refused_and_not_looked_at(bool saysHowLong)
    {
        var taken = 0;
        await using var web = await WebApp.StartAsync(hook: (_, _) => Task.FromResult((++taken, "")));
        using var content = saysHowLong ? new ByteArrayContent(new byte[10_000_000]) : (HttpContent)new StreamContent(new Unsized(10_000_000));
        try
        {
            using var answer = await SendAsync(web, content);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The server may hang up while the rest is still being sent.
        }

        Assert.Equal(0, taken);
    }

    [Fact]
    public async Task What_is_refused_is_said_and_where_no_secret_is_set_there_is_no_door()
    {
        await using var web = await WebApp.StartAsync(hook: (_, _) => Task.FromResult((401, "The signature is wrong.")));
        using var refused = await SendAsync(web, new StringContent("{}"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("The signature is wrong.", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await using var without = await WebApp.StartAsync();
        using var none = await SendAsync(without, new StringContent("{}"));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/hooks/github")]
    [InlineData("POST", "/hooks/github/x")]
    [InlineData("POST", "/hooks")]
    [InlineData("PUT", "/hooks/github")]
    public async Task Nothing_but_that_door_is_open(string method, string path)
    {
        await using var web = await WebApp.StartAsync(hook: (_, _) => Task.FromResult((202, "")));
        using var browser = web.Browser();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await browser.Client.SendAsync(request);
        Assert.True(answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.Unauthorized, $"{(int)answer.StatusCode}");
    }

    private static async Task<HttpResponseMessage> SendAsync(WebApp web, HttpContent content)
    {
        using var browser = web.Browser();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/github") { Content = content, Headers = { { "X-GitHub-Event", "pull_request" }, { "X-GitHub-Delivery", "7" }, { "X-Hub-Signature-256", "sha256=ab" } } };
        return await browser.Client.SendAsync(request);
    }

    /// <summary>A stream whose length nobody knows, so that it is sent in chunks.</summary>
    private sealed class Unsized(int length) : MemoryStream(new byte[length])
    {
        public override bool CanSeek => false;
    }
}
