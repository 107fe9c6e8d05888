using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Runs;
using Nightjar.Tests.Web.Fakes;

namespace Nightjar.Tests.Web;

/// <summary>Runs as other programs ask for them, under the names of Clopus Watcher's API.</summary>
public sealed class RunsApiTests
{
    [Theory]
    [InlineData("GET", "/api/runs")]
    [InlineData("GET", "/api/runs/1")]
    [InlineData("GET", "/api/runs/1/log")]
    [InlineData("GET", "/api/run?id=1")]
    [InlineData("GET", "/api/namespaces")]
    [InlineData("POST", "/api/runs")]
    public async Task Nobody_comes_in_without_a_word(string method, string path)
    {
        await using var web = await FilledAsync();
        using var browser = web.Browser();
        using var answer = await browser.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Runs_are_listed_for_a_namespace_and_told_whole()
    {
        await using var web = await FilledAsync();
        Assert.Equal([2, 1], (await GetAsync(web, "/api/runs")).GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("id").GetInt32()));
        var listed = Assert.Single((await GetAsync(web, "/api/runs?ns=shop")).GetProperty("runs").EnumerateArray());
        Assert.Equal(("issues_found", "observe", 3, 1, 0), (listed.GetProperty("status").GetString(), listed.GetProperty("mode").GetString(), listed.GetProperty("pod_count").GetInt32(), listed.GetProperty("error_count").GetInt32(), listed.GetProperty("fix_count").GetInt32()));
        Assert.Equal(["shop"], (await GetAsync(web, "/api/namespaces")).GetProperty("namespaces").EnumerateArray().Select(n => n.GetString()));

        foreach (var path in new[] { "/api/runs/2", "/api/run?id=2", "/api/v1/runs/2" })
        {
            var run = (await GetAsync(web, path)).GetProperty("run");
            var fix = Assert.Single(run.GetProperty("fixes").EnumerateArray());
            Assert.Equal(("rolled_back", "deployment/api", 2), (fix.GetProperty("status").GetString(), fix.GetProperty("pod_name").GetString(), fix.GetProperty("run_id").GetInt32()));
        }
    }

    [Fact]
    public async Task The_log_is_the_journal_of_the_run_alone_a_line_an_act_without_secrets()
    {
        await using var web = await FilledAsync();
        var id = new IncidentId(7);
        web.Store.Note(new IncidentId(8), WebSeed.Now, "intake", "opened", "another");
        web.Store.Note(id, WebSeed.Now, "intake", "opened", "line one\nforged: line two password=hunter2secret");
        web.Store.Note(id, WebSeed.Now, "heal", "act", "restarted", JournalStep.Done);
        web.Runs.Add(new RunRecord(new Run { Id = 3, Incident = id, StartedAt = WebSeed.Now, Mode = Mode.Autonomous }, []));
        using var browser = web.Browser();
        var log = (await TextAsync(browser, "/api/runs/3/log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, log.Length);
        Assert.DoesNotContain("hunter2secret", log[0], StringComparison.Ordinal);
        Assert.EndsWith("heal act done: restarted", log[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_said_and_nonsense_does_no_harm()
    {
        await using var web = await FilledAsync();
        using var browser = web.Browser();
        foreach (var (path, status) in new[] { ("/api/runs/99", HttpStatusCode.NotFound), ("/api/run?id=x", HttpStatusCode.BadRequest), ("/api/runs?limit=-1&before=0&ns=%27%3B%20DROP%20TABLE%20runs", HttpStatusCode.OK) })
        {
            using var answer = await SendAsync(browser, path);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    private static async Task<WebApp> FilledAsync()
    {
        var web = await WebApp.StartAsync();
        web.Runs.Add(new RunRecord(new Run { Id = 1, StartedAt = WebSeed.Now, Mode = Mode.Observe, Status = RunStatus.Ok }, []));
        var fix = new Fix("action-1", WebSeed.Now, "shop", "deployment/api", "crash-loop", "exit code 1", "restart deployment/api", FixStatus.RolledBack);
        web.Runs.Add(new RunRecord(new Run { Id = 2, StartedAt = WebSeed.Now, Namespace = "shop", Mode = Mode.Observe, Status = RunStatus.IssuesFound, Pods = 3, Errors = 1, Log = (0, 0) }, [fix]));
        return web;
    }

    private static async Task<JsonElement> GetAsync(WebApp web, string path)
    {
        using var browser = web.Browser();
        return JsonDocument.Parse(await TextAsync(browser, path)).RootElement;
    }

    private static async Task<string> TextAsync(WebBrowser browser, string path)
    {
        using var answer = await SendAsync(browser, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static Task<HttpResponseMessage> SendAsync(WebBrowser browser, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", WebApp.CommandToken);
        return browser.Client.SendAsync(request);
    }
}
