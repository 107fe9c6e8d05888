using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nightjar.Testing;

namespace Nightjar.Live.GitHub;

/// <summary>The stand-in of GitHub that all other tests go by, held against what GitHub publishes and against GitHub's own client.</summary>
public sealed partial class StandInTests
{
    [Fact]
    public async Task Its_answers_are_as_GitHub_describes_them()
    {
        Assert.SkipWhen(OpenApi.Read() is null, "GitHub's OpenAPI document is not here: ./nightjar test fetches it with npm (@octokit/openapi)");
        var document = OpenApi.Read() ?? throw new InvalidOperationException("it was here a moment ago");
        await using var place = new Place();
        await using var server = await StartAsync(place);
        await TalkAsync(server);

        Assert.True(server.Calls.Count >= 20, $"{server.Calls.Count} calls");
        var faults = server.Calls.Where(c => c.Status != 304).SelectMany(c => document.Faults(c.Method, Template(c.Path), c.Status, JsonDocument.Parse(c.Answer).RootElement).Select(f => $"{c.Method} {c.Path} {c.Status}: {f}"));
        Assert.Empty(faults.Distinct());
    }

    [Fact]
    public async Task GitHubs_own_client_works_with_it()
    {
        Assert.SkipWhen(!Has("gh"), "gh is not installed (Debian package gh)");
        await using var place = new Place();
        using var certificate = Certificate();
        await using var server = await StartAsync(place, certificate);
        server.LargestPage = 2;
        await File.WriteAllTextAsync(place.File("ca.pem"), certificate.ExportCertificatePem());

        var opened = JsonNode.Parse(await GhAsync(place, server, "api", "repos/acme/shop/pulls", "-f", "title=By gh", "-f", "head=incident/1", "-f", "base=main", "-f", "body=text", "-F", "draft=true"));
        Assert.Equal((1, true), ((int?)opened?["number"], (bool?)opened?["draft"]));
        for (var i = 0; i < 5; i++)
        {
            await GhAsync(place, server, "api", "repos/acme/shop/issues/1/comments", "-f", $"body=remark {i}");
        }

        Assert.Equal("0 1 2 3 4", (await GhAsync(place, server, "api", "--paginate", "repos/acme/shop/issues/1/comments", "--jq", ".[].body | ltrimstr(\"remark \")")).Replace('\n', ' ').Trim());
        Assert.Equal("", (await GhAsync(place, server, "api", "-X", "PUT", "repos/acme/shop/issues/1/labels", "-f", "labels[]=incident:active", "--silent")).Trim());
        Assert.Equal("incident:active", (await GhAsync(place, server, "api", "repos/acme/shop/issues?labels=incident:active", "--jq", ".[0].labels[0].name")).Trim());
        Assert.Contains("HTTP 404", await GhAsync(place, server, "api", "repos/acme/shop/pulls/99"), StringComparison.Ordinal);
    }

    /// <summary>Every call that Nightjar makes, once.</summary>
    private static async Task TalkAsync(GitHubStandIn server)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"{server.Api}/repos/acme/shop/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", GitHubStandIn.Token);
        server.UserIsAdmin = true;
        await SendAsync(http, "GET", "../shop");
        await SendAsync(http, "POST", "pulls", """{"title":"t","head":"incident/1","base":"main","body":"b","draft":true}""");
        await SendAsync(http, "POST", "pulls", """{"title":"t","head":"incident/1","base":"main","body":"b","draft":true}""");
        await SendAsync(http, "POST", "labels", """{"name":"incident:active","color":"b60205","description":"d"}""");
        await SendAsync(http, "POST", "labels", """{"name":"incident:active","color":"b60205","description":"d"}""");
        await SendAsync(http, "GET", "labels/incident%3Aactive");
        await SendAsync(http, "GET", "labels/none");
        await SendAsync(http, "PUT", "issues/1/labels", """{"labels":["incident:active","other"]}""");
        await SendAsync(http, "PATCH", "pulls/1", """{"title":"t2"}""");
        await SendAsync(http, "POST", "issues/1/comments", """{"body":"x"}""");
        await SendAsync(http, "GET", "issues/1/comments");
        await SendAsync(http, "PATCH", $"issues/comments/{server.Only.Comments[0].Id}", """{"body":"y"}""");
        server.Only.Reviewers.Add("bob");
        await SendAsync(http, "GET", "pulls/1");
        await SendAsync(http, "GET", "pulls/9");
        await SendAsync(http, "GET", "pulls?state=open&head=acme:incident/1");
        await SendAsync(http, "GET", "issues?labels=incident:active");
        server.Protection = new JsonObject { ["enforce_admins"] = new JsonObject { ["url"] = "https://x", ["enabled"] = true }, ["required_pull_request_reviews"] = new JsonObject { ["dismiss_stale_reviews"] = false, ["require_code_owner_reviews"] = false, ["required_approving_review_count"] = 1 } };
        await SendAsync(http, "GET", "branches/main");
        await SendAsync(http, "GET", "branches/main/protection");
        server.ReviewRule = new StandInRule(1, "never");
        await SendAsync(http, "GET", "rules/branches/main");
        await SendAsync(http, "GET", "rulesets/42");
        await server.MergeAsync(1);
        await SendAsync(http, "GET", "pulls/1");
        await SendAsync(http, "GET", "issues/1");
    }

    private static async Task SendAsync(HttpClient http, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await http.SendAsync(request);
        Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    private static async Task<GitHubStandIn> StartAsync(Place place, X509Certificate2? certificate = null)
    {
        var bare = place.File("shop.git");
        await Git.RunAsync(place.Folder, "init", "--quiet", "--bare", "-b", "main", bare);
        await Git.RunAsync(place.Folder, "clone", "--quiet", bare, "shop");
        await Git.RunAsync(place.File("shop"), "checkout", "--quiet", "-B", "main");
        await Git.RunAsync(place.File("shop"), "commit", "--quiet", "--allow-empty", "-m", "First");
        await Git.RunAsync(place.File("shop"), "push", "--quiet", "origin", "main");
        await File.WriteAllTextAsync(place.File("shop/a"), "a\n");
        await Git.RunAsync(place.File("shop"), "add", "a");
        await Git.RunAsync(place.File("shop"), "commit", "--quiet", "-m", "Second");
        await Git.RunAsync(place.File("shop"), "push", "--quiet", "origin", "main:incident/1");
        return await GitHubStandIn.StartAsync(bare, certificate: certificate);
    }

    private static async Task<string> GhAsync(Place place, GitHubStandIn server, params string[] arguments)
    {
        var start = new ProcessStartInfo("gh", arguments) { WorkingDirectory = place.Work, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[] { ("GH_HOST", server.Site.Authority), ("GH_ENTERPRISE_TOKEN", GitHubStandIn.Token), ("SSL_CERT_FILE", place.File("ca.pem")), ("GH_CONFIG_DIR", place.File("gh")), ("GH_NO_UPDATE_NOTIFIER", "1"), ("NO_PROXY", "*"), ("NO_COLOR", "1") })
        {
            start.Environment[name] = value;
        }

        using var gh = Process.Start(start) ?? throw new InvalidOperationException("gh did not start");
        var errors = gh.StandardError.ReadToEndAsync();
        var output = await gh.StandardOutput.ReadToEndAsync();
        await gh.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return $"{output}{await errors}";
    }

    private static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, program)));

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private static string Template(string path)
    {
        path = path["/api/v3".Length..].Replace("/acme/shop", "/{owner}/{repo}", StringComparison.Ordinal);
        path = PullNumber().Replace(path, "/pulls/{pull_number}");
        path = CommentNumber().Replace(path, "/issues/comments/{comment_id}");
        path = IssueNumber().Replace(path, "/issues/{issue_number}");
        path = Label().Replace(path, "/labels/{name}");
        path = Ruleset().Replace(path, "/rulesets/{ruleset_id}");
        return Branch().Replace(path, "/branches/{branch}");
    }

    [GeneratedRegex(@"/pulls/\d+")]
    private static partial Regex PullNumber();

    [GeneratedRegex(@"/issues/comments/\d+")]
    private static partial Regex CommentNumber();

    [GeneratedRegex(@"/issues/\d+")]
    private static partial Regex IssueNumber();

    [GeneratedRegex(@"(?<=repo\})/labels/[^/]+$")]
    private static partial Regex Label();

    [GeneratedRegex(@"/rulesets/\d+")]
    private static partial Regex Ruleset();

    [GeneratedRegex(@"/branches/main")]
    private static partial Regex Branch();
}
