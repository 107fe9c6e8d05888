using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Nightjar.Testing;

/// <summary>How the stand-in fails a call on purpose.</summary>
internal sealed record Fault(int Status, string Message)
{
    public Dictionary<string, string> Headers { get; init; } = [];
}

/// <summary>One call as it came, for looking at what was sent.</summary>
internal sealed record Call(string Method, string Path, string Query, string Body, int Status, string Answer);

/// <summary>
/// An Enterprise server of GitHub with one repository: the REST calls that Nightjar makes, below <c>/api/v3</c>, and a real git
/// over smart HTTP. Whatever else is asked for is written down as unexpected, and fails the test at its end.
/// </summary>
internal sealed partial class GitHubStandIn : IAsyncDisposable
{
    public const string Token = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>Whose token that is.</summary>
    public const string Bot = "nightjar-bot";

    private readonly WebApplication app;
    private readonly GitOverHttp git;
    private readonly TimeProvider clock;

    private GitHubStandIn(WebApplication app, string bare, TimeProvider clock)
    {
        this.app = app;
        this.clock = clock;
        Bare = bare;
        git = new GitOverHttp(bare, "/acme/shop.git");
    }

    /// <summary>The repository <c>acme/shop</c> on disk.</summary>
    public string Bare { get; }

    public Uri Site { get; private set; } = new("http://127.0.0.1");

    public Uri Api => new(Site, "/api/v3");

    public string CloneUrl => $"{Site.GetLeftPart(UriPartial.Authority)}/acme/shop.git";

    public ConcurrentQueue<Call> Calls { get; } = [];

    /// <summary>Calls that no test foresaw.</summary>
    public ConcurrentQueue<string> Unexpected { get; } = [];

    /// <summary>Asked before each call; null lets it through.</summary>
    public Func<HttpRequest, Fault?> Fails { get; set; } = _ => null;

    /// <summary>What a classic token says of itself; null for a fine-grained one.</summary>
    public string? Scopes { get; set; }

    public static async Task<GitHubStandIn> StartAsync(string bare, TimeProvider? clock = null, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            k.Listen(IPAddress.Loopback, 0, l =>
            {
                if (certificate is not null)
                {
                    l.UseHttps(certificate);
                }
            });
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var standIn = new GitHubStandIn(builder.Build(), bare, clock ?? TimeProvider.System);
        standIn.app.Run(standIn.AnswerAsync);
        await standIn.app.StartAsync();
        standIn.Site = new Uri(standIn.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First() ?? "");
        return standIn;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
        Assert.Empty(Unexpected);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (path.StartsWith("/acme/shop.git/", StringComparison.Ordinal))
        {
            await GitAsync(http);
            return;
        }

        var body = await new StreamReader(http.Request.Body).ReadToEndAsync();
        var (status, answer) = await AnswerAsync(http, path, body);
        var bytes = Encoding.UTF8.GetBytes(answer?.ToJsonString() ?? "");
        SetHeaders(http.Response);
        if (status == 200 && HttpMethods.IsGet(http.Request.Method))
        {
            var tag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"";
            http.Response.Headers.ETag = tag;
            (status, bytes) = http.Request.Headers.IfNoneMatch == tag ? (304, []) : (status, bytes);
        }

        Calls.Enqueue(new Call(http.Request.Method, path, http.Request.QueryString.Value ?? "", body, status, Encoding.UTF8.GetString(bytes)));
        http.Response.StatusCode = status;
        if (bytes.Length > 0)
        {
            http.Response.ContentType = "application/json; charset=utf-8";
            await http.Response.Body.WriteAsync(bytes);
        }
    }

    private void SetHeaders(HttpResponse response)
    {
        response.Headers.Date = clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        response.Headers["X-GitHub-Media-Type"] = "github.v3; format=json";
        if (Scopes is not null)
        {
            response.Headers["X-OAuth-Scopes"] = Scopes;
        }
    }

    private async Task<(int Status, JsonNode? Answer)> AnswerAsync(HttpContext http, string path, string body)
    {
        if (Fails(http.Request) is { } fault)
        {
            foreach (var (name, value) in fault.Headers)
            {
                http.Response.Headers[name] = value;
            }

            return (fault.Status, Error(fault.Message));
        }

        if (http.Request.Headers.Authorization != $"Bearer {Token}" && http.Request.Headers.Authorization != $"token {Token}")
        {
            return (401, Error("Bad credentials"));
        }

        const string repository = "/api/v3/repos/acme/shop";
        if (path.StartsWith("/api/v3/repos/", StringComparison.Ordinal) && !path.StartsWith(repository, StringComparison.Ordinal))
        {
            return (404, Error("Not Found"));
        }

        var parts = path.StartsWith(repository, StringComparison.Ordinal) ? path[repository.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries) : ["?"];
        var answer = await RouteAsync(http, http.Request.Method, parts, body.Length == 0 ? [] : JsonNode.Parse(body)?.AsObject() ?? []);
        if (answer is null)
        {
            Unexpected.Enqueue($"{http.Request.Method} {path}");
        }

        return answer ?? (404, Error("Not Found"));
    }

    private async Task<(int, JsonNode?)?> RouteAsync(HttpContext http, string method, string[] parts, JsonObject body) => (method, parts) switch
    {
        ("GET", []) => (200, RepositoryJson()),
        ("GET", ["pulls"]) => (200, Page(http, await ListPullsAsync(http.Request.Query))),
        ("POST", ["pulls"]) => await OpenAsync(body),
        ("GET", ["pulls", var n]) => Pull(n) is { } pull ? (200, await PullAsync(pull, whole: true)) : (404, Error("Not Found")),
        ("PATCH", ["pulls", var n]) => Pull(n) is { } pull ? (200, await EditAsync(pull, body)) : (404, Error("Not Found")),
        ("GET", ["issues"]) => (200, Page(http, ListIssues(http.Request.Query))),
        ("GET", ["issues", var n]) => Pull(n) is { } pull ? (200, IssueJson(pull)) : (404, Error("Not Found")),
        ("GET", ["issues", var n, "comments"]) => Pull(n) is { } pull ? (200, Page(http, pull.Comments.Select(CommentJson))) : (404, Error("Not Found")),
        ("POST", ["issues", var n, "comments"]) => Pull(n) is { } pull ? (201, CommentJson(Comment(pull, Bot, $"{body["body"]}"))) : (404, Error("Not Found")),
        ("PATCH", ["issues", "comments", var id]) => Rewrite(id, $"{body["body"]}"),
        ("PUT", ["issues", var n, "labels"]) => Pull(n) is { } pull ? SetLabels(pull, body) : (404, Error("Not Found")),
        ("GET", ["labels", var name]) => Labels.TryGetValue(name, out var colour) ? (200, LabelJson(name, colour)) : (404, Error("Not Found")),
        ("POST", ["labels"]) => AddLabel($"{body["name"]}", $"{body["color"]}"),
        ("GET", ["branches", .. var name]) => Branch(string.Join('/', name)),
        ("GET", ["rules", "branches", ..]) => (200, RulesJson()),
        ("GET", ["rulesets", var id]) => id == "42" && ReviewRule is { } rule ? (200, RulesetJson(rule)) : (404, Error("Not Found")),
        _ => null,
    };

    private async Task GitAsync(HttpContext http)
    {
        if (Fails(http.Request) is { } fault)
        {
            foreach (var (name, value) in fault.Headers)
            {
                http.Response.Headers[name] = value;
            }

            http.Response.StatusCode = fault.Status;
            await http.Response.WriteAsync(fault.Message);
            return;
        }

        var wanted = $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"x-access-token:{Token}"))}";
        if (http.Request.Headers.Authorization != wanted)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"GitHub\"";
            http.Response.StatusCode = 401;
            return;
        }

        await git.AnswerAsync(http, Bot);
    }

    /// <summary>One page of a list, with the links to the others.</summary>
    private JsonArray Page(HttpContext http, IEnumerable<JsonNode> items)
    {
        var query = http.Request.Query;
        var size = int.TryParse(query["per_page"], out var wanted) ? Math.Clamp(Math.Min(wanted, LargestPage), 1, 100) : Math.Min(30, LargestPage);
        var page = int.TryParse(query["page"], out var at) ? at : 1;
        var all = items.ToList();
        var last = Math.Max(1, (all.Count + size - 1) / size);
        if (page < last)
        {
            string At(int number) => $"<{Site.GetLeftPart(UriPartial.Authority)}{http.Request.Path}?{string.Join('&', query.Where(q => q.Key != "page").Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value.ToString())}").Append($"page={number}"))}>";
            http.Response.Headers.Link = $"{At(page + 1)}; rel=\"next\", {At(last)}; rel=\"last\"";
        }

        return new JsonArray([.. all.Skip((page - 1) * size).Take(size)]);
    }

    /// <summary>A page of a list has no more than this, so that few items make several pages.</summary>
    public int LargestPage { get; set; } = 100;

    private JsonObject Error(string message) => new() { ["message"] = message, ["documentation_url"] = "https://docs.github.com/rest", ["status"] = "4xx" };
}
