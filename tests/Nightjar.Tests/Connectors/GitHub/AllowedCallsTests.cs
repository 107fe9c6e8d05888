using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Nightjar.Connectors.GitHub;
using Nightjar.Tests.Configuration;

namespace Nightjar.Tests.Connectors.GitHub;

/// <summary>Nightjar cannot merge, mark ready, approve, close or change settings on GitHub: by what is sent, and by what is written.</summary>
public sealed partial class AllowedCallsTests
{
    private static readonly Uri Api = new("https://ghe.example.org/api/v3");

    [Theory]
    [InlineData("PUT", "repos/acme/shop/pulls/1/merge", "{}")]
    [InlineData("PUT", "repos/acme/shop/pulls/1/update-branch", "{}")]
    [InlineData("POST", "repos/acme/shop/merges", """{"base":"main","head":"x"}""")]
    [InlineData("POST", "repos/acme/shop/pulls/1/reviews", """{"event":"APPROVE"}""")]
    [InlineData("POST", "repos/acme/shop/pulls/1/requested_reviewers", "{}")]
    [InlineData("PATCH", "repos/acme/shop/pulls/1", """{"state":"closed"}""")]
    [InlineData("PATCH", "repos/acme/shop/pulls/1", """{"title":"t","base":"main"}""")]
    [InlineData("PATCH", "repos/acme/shop/issues/1", """{"title":"t"}""")]
    [InlineData("POST", "repos/acme/shop/pulls", """{"title":"t","head":"h","base":"main","draft":false}""")]
    [InlineData("PATCH", "repos/acme/shop", """{"default_branch":"x"}""")]
    [InlineData("PUT", "repos/acme/shop/branches/main/protection", "{}")]
    [InlineData("DELETE", "repos/acme/shop/branches/main/protection", null)]
    [InlineData("PATCH", "repos/acme/shop/git/refs/heads/main", """{"sha":"1"}""")]
    [InlineData("PUT", "repos/acme/shop/contents/x", "{}")]
    [InlineData("PUT", "repos/acme/shop/rulesets/1", "{}")]
    [InlineData("POST", "graphql", """{"query":"mutation{}"}""")]
    [InlineData("POST", "../graphql", """{"query":"mutation{}"}""")]
    [InlineData("GET", "user", null)]
    [InlineData("GET", "repos/acme/shop/../../user", null)]
    [InlineData("DELETE", "repos/acme/shop/issues/1/labels", null)]
    public async Task What_is_not_in_the_list_does_not_leave_the_process(string method, string path, string? body)
    {
        var wire = new Wire();
        using var http = new HttpClient(new AllowedCalls(Api, wire));
        using var request = Request(method, $"{Api}/{path}", body);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => http.SendAsync(request));
        Assert.Contains("is not among the calls that may be made to GitHub", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, wire.Sent);
    }

    [Theory]
    [InlineData("http://ghe.example.org/api/v3/repos/acme/shop")]
    [InlineData("https://ghe.example.org.evil.example/api/v3/repos/acme/shop")]
    [InlineData("https://ghe.example.org:8443/api/v3/repos/acme/shop")]
    [InlineData("https://ghe.example.org/repos/acme/shop")]
    [InlineData("https://x@ghe.example.org/api/v3/repos/acme/shop")]
    public async Task Nothing_is_sent_to_another_place(string url)
    {
        var wire = new Wire();
        using var http = new HttpClient(new AllowedCalls(Api, wire));
        using var request = Request("GET", url, null);
        await Assert.ThrowsAsync<InvalidOperationException>(() => http.SendAsync(request));
        Assert.Equal(0, wire.Sent);
    }

    [Theory]
    [InlineData("GET", "repos/acme/shop/pulls?state=open&head=acme%3Aincident%2F1", null)]
    [InlineData("GET", "repos/acme/shop/branches/release%2F1/protection", null)]
    [InlineData("GET", "repos/acme/shop/labels/incident-fp%3A6e14cf73", null)]
    [InlineData("PATCH", "repos/acme/shop/pulls/1", """{"title":"t","body":"b"}""")]
    [InlineData("POST", "repos/acme/shop/pulls", """{"title":"t","head":"h","base":"main","body":"b","draft":true}""")]
    [InlineData("PUT", "repos/acme/shop/issues/1/labels", """{"labels":["a"]}""")]
    public async Task What_Nightjar_does_passes(string method, string path, string? body)
    {
        var wire = new Wire();
        using var http = new HttpClient(new AllowedCalls(Api, wire));
        using var request = Request(method, $"{Api}/{path}", body);
        using var answer = await http.SendAsync(request);
        Assert.Equal(1, wire.Sent);
    }

    [Fact]
    public void The_source_names_no_way_to_merge_approve_or_mark_ready_on_a_remote_host()
    {
        var files = Directory.GetFiles(Path.Combine(Yaml.RepositoryRoot(), "src", "Nightjar.Connectors", "GitHub"), "*.cs");
        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.DoesNotMatch(Forbidden(), File.ReadAllText(f)));

        // One client, behind the list of calls.
        Assert.Single(files, f => File.ReadAllText(f).Contains("new HttpClient(", StringComparison.Ordinal));
        Assert.Contains("new HttpClient(new AllowedCalls(", string.Concat(files.Select(File.ReadAllText)), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Request(string method, string url, string? body) =>
        new(new HttpMethod(method), url) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };

    [GeneratedRegex(@"/merge\b|/merges\b|graphql|markPullRequestReady|/reviews\b|APPROVE|update-branch|/git/refs|/contents/|HttpMethod\.Delete|state\s*=\s*""closed", RegexOptions.CultureInvariant)]
    private static partial Regex Forbidden();

    private sealed class Wire : HttpMessageHandler
    {
        public int Sent { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent++;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
