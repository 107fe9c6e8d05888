using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Nightjar.Testing;

namespace Nightjar.Live.GitHub;

/// <summary>The program against the stand-in: what <c>check</c> says of the boundary, and that <c>strict</c> keeps it from running, and webhooks.</summary>
public sealed partial class ProgramTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("once")]
    public async Task Strict_refuses_to_start_where_no_review_is_required(string verb)
    {
        await using var place = new Place();
        await using var server = await StartAsync(place, "strict: on");
        var ran = await Program.RunAsync(place, verb);

        Assert.True(ran.Code == 2, ran.ToString());
        Assert.Contains("github.strict is on, so nothing was started", ran.Error, StringComparison.Ordinal);
        Assert.Contains("main is not protected", ran.Error, StringComparison.Ordinal);
        Assert.Contains("-> add a ruleset to the repository", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(GitHubStandIn.Token, ran.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.State));
    }

    [Fact]
    public async Task Check_says_what_is_proven_and_rehearses_the_push()
    {
        await using var place = new Place();
        await using var server = await StartAsync(place, "strict: on");
        server.ReviewRule = new StandInRule(1, "never");
        var ran = await Program.RunAsync(place, "check", "--show");

        Assert.Contains("ok    shop: GitHub: main takes nothing without a review (ruleset 42), and our token cannot bypass that", ran.Out, StringComparison.Ordinal);
        Assert.Contains("branch main: can be read, and branches can be pushed", ran.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(GitHubStandIn.Token, ran.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_daemon_that_runs_takes_signed_webhooks_and_no_others()
    {
        await using var place = new Place();
        await using var server = await StartAsync(place, "webhookSecret: '${HOOK_OF_TEST}'");
        place.Variables["HOOK_OF_TEST"] = "hook-secret";
        await using var program = Program.Start(place, "run");
        await program.SaysAsync("Sign in", TimeSpan.FromSeconds(30));
        using var http = new HttpClient { BaseAddress = new Uri(Address().Match(program.Out).Value) };
        var body = """{"zen":"Design for failure."}"""u8.ToArray();

        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(http, body, "another"));
        Assert.Equal(HttpStatusCode.Accepted, await SendAsync(http, body, "hook-secret"));
        Assert.Equal(HttpStatusCode.Conflict, await SendAsync(http, body, "hook-secret"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendAsync(http, new byte[10_000_000], "hook-secret"));
        program.Send("TERM");
        Assert.Equal(0, (await program.EndAsync(TimeSpan.FromSeconds(30))).Code);
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, byte[] body, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/github") { Content = new ByteArrayContent(body) };
        request.Headers.Add("X-GitHub-Event", "ping");
        request.Headers.Add("X-Hub-Signature-256", $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))}");
        request.Headers.ExpectContinue = body.Length > 1_000_000;
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    [GeneratedRegex(@"(?<=Dashboard: )http://\S+")]
    private static partial Regex Address();

    private static async Task<GitHubStandIn> StartAsync(Place place, string keys)
    {
        var bare = place.File("shop.git");
        await Git.RunAsync(place.Folder, "init", "--quiet", "--bare", "-b", "main", bare);
        await Git.RunAsync(place.Folder, "clone", "--quiet", bare, "shop");
        await Git.RunAsync(place.File("shop"), "checkout", "--quiet", "-B", "main");
        await Git.RunAsync(place.File("shop"), "commit", "--quiet", "--allow-empty", "-m", "First");
        await Git.RunAsync(place.File("shop"), "push", "--quiet", "origin", "main");
        var server = await GitHubStandIn.StartAsync(bare);
        place.Variables["GH_TOKEN_OF_TEST"] = GitHubStandIn.Token;
        await File.WriteAllTextAsync(Path.Combine(place.Work, "nightjar.yaml"), $"state: {place.State}\ndashboard: {{ listen: 127.0.0.1:0 }}\ngithub: {{ api: {server.Api}, token: '${{GH_TOKEN_OF_TEST}}', {keys} }}\nservices:\n  - name: shop\n    logs: a.log\n    repository: {server.CloneUrl}\n");
        return server;
    }
}
