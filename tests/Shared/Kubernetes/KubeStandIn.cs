using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nightjar.Testing.Kubernetes;

/// <summary>One request that the stand-in got.</summary>
public sealed record KubeAsked(string Method, string Path, string Query, string? Authorization, string Body);

/// <summary>
/// A stand-in for an API server: lists in pages, watches that go on from a version and know only so much of the past, bookmarks,
/// refusals.
/// </summary>
public sealed partial class KubeStandIn : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly Lock gate = new();
    private readonly Dictionary<string, JsonObject> objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Path, string Type, string Json)> history = [];
    private readonly ConcurrentDictionary<CancellationTokenSource, bool> watches = new();
    private TaskCompletionSource news = New();
    private long version = 100;

    private KubeStandIn(WebApplication server) => this.server = server;

    public ConcurrentQueue<KubeAsked> Asked { get; } = new();

    /// <summary>Answers before anything else is looked at; null lets it pass.</summary>
    public Func<KubeAsked, (int Status, string Message)?> Refuses { get; set; } = _ => null;

    /// <summary>Group versions that it serves besides the core's.</summary>
    public List<string> Groups { get; } = ["apps/v1", "batch/v1", "networking.k8s.io/v1", "policy/v1", "autoscaling/v2"];

    /// <summary>Changes that a watch may go on from; older ones get 410.</summary>
    public int Remembers { get; set; } = 1_000;

    /// <summary>What its answers are dated by; no date when null.</summary>
    public Func<DateTimeOffset>? Clock { get; set; }

    public TimeSpan BookmarkEvery { get; set; } = TimeSpan.FromMinutes(1);

    public Uri Url => new(server.Urls.Single());

    public int Watches => watches.Count;

    public static async Task<KubeStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var standIn = new KubeStandIn(server);
        server.UseWebSockets();
        server.Run(standIn.AnswerAsync);
        await server.StartAsync();
        return standIn;
    }

    /// <summary>Makes or changes an object; its list is the path without its name.</summary>
    public void Put(string list, JsonObject item)
    {
        lock (gate)
        {
            var path = $"{Home(list, item)}/{item["metadata"]?["name"]}";
            var isNew = !objects.ContainsKey(path);
            version++;
            item["metadata"]!["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture);
            item["metadata"]!["uid"] ??= Guid.NewGuid().ToString();
            objects[path] = item;
            Tell(path, isNew ? "ADDED" : "MODIFIED", item);
        }
    }

    public void Delete(string list, string space, string name)
    {
        lock (gate)
        {
            var path = $"{Home(list, space)}/{name}";
            if (objects.Remove(path, out var gone))
            {
                version++;
                gone["metadata"]!["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture);
                Tell(path, "DELETED", gone);
            }
        }
    }

    /// <summary>Breaks off every watch, as a server does that goes away.</summary>
    public void DropWatches()
    {
        foreach (var watch in watches.Keys)
        {
            // One that ends by itself just now must not be disposed of under our hands.
            lock (watch)
            {
                if (watches.ContainsKey(watch))
                {
                    watch.Cancel();
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        DropWatches();
        await server.StopAsync(new CancellationToken(true));
        await server.DisposeAsync();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Home(string list, JsonObject item) => Home(list, item["metadata"]?["namespace"]?.GetValue<string>() ?? "");

    private static string Home(string list, string space) => space.Length == 0 ? list : list.Insert(list.LastIndexOf('/'), $"/namespaces/{space}");

    private void Tell(string path, string type, JsonObject item)
    {
        history.Add((version, path, type, item.ToJsonString()));
        if (history.Count > Remembers)
        {
            history.RemoveRange(0, history.Count - Remembers);
        }

        var told = news;
        news = New();
        told.SetResult();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var asked = new KubeAsked(http.Request.Method, http.Request.Path, http.Request.QueryString.Value ?? "", http.Request.Headers.Authorization, await reader.ReadToEndAsync(http.RequestAborted));
        Asked.Enqueue(asked);
        // What is no date says nothing of a clock: tests with a clock of their own have theirs.
        http.Response.Headers.Date = Clock?.Invoke().ToString("R", CultureInfo.InvariantCulture) ?? "none";
        if (Refuses(asked) is var (status, message))
        {
            await StatusAsync(http, status, message);
        }
        else if (await AgreeAsync(http, asked) || await LogAsync(http, asked))
        {
            return;
        }
        else if (asked.Path == "/apis")
        {
            await JsonAsync(http, new JsonObject { ["kind"] = "APIGroupList", ["groups"] = new JsonArray([.. Groups.GroupBy(g => g.Split('/')[0]).Select(g => new JsonObject { ["name"] = g.Key, ["versions"] = new JsonArray([.. g.Select(v => new JsonObject { ["groupVersion"] = v })]) })]) });
        }
        else if (http.WebSockets.IsWebSocketRequest)
        {
            await ExecAsync(http);
        }
        else if (asked.Method != "GET")
        {
            await ChangeAsync(http, asked);
        }
        else if (http.Request.Query.ContainsKey("watch"))
        {
            await WatchAsync(http, asked.Path);
        }
        else
        {
            await OneOrManyAsync(http, asked);
        }
    }

    private async Task OneOrManyAsync(HttpContext http, KubeAsked asked)
    {
        JsonObject? answer;
        lock (gate)
        {
            answer = asked.Method switch
            {
                "GET" when objects.TryGetValue(asked.Path, out var one) => one,
                "GET" when !asked.Path.EndsWith('/') && !IsObject(asked.Path) => List(http.Request.Query, asked.Path),
                _ => null,
            };
        }

        if (answer is null)
        {
            await StatusAsync(http, 404, $"{asked.Path} not found");
            return;
        }

        await JsonAsync(http, answer);
    }

    private bool IsObject(string path) => path.Split('/') is var parts && (parts.Contains("namespaces") ? parts.Length - Array.IndexOf(parts, "namespaces") > 3 : parts.Length > (parts[1] == "api" ? 4 : 5));

    private JsonObject List(IQueryCollection query, string path)
    {
        var limit = int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var asked) ? asked : int.MaxValue;
        var from = int.TryParse(query["continue"], CultureInfo.InvariantCulture, out var at) ? at : 0;
        var all = objects.Where(o => In(o.Key, path)).OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => o.Value).ToList();
        var meta = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (from + limit < all.Count)
        {
            meta["continue"] = (from + limit).ToString(CultureInfo.InvariantCulture);
        }

        return new JsonObject { ["kind"] = "List", ["metadata"] = meta, ["items"] = new JsonArray([.. all.Skip(from).Take(limit).Select(o => o.DeepClone())]) };
    }

    /// <summary>Whether an object's path is in a list, of one namespace or of all.</summary>
    private static bool In(string path, string list)
    {
        var parent = path[..path.LastIndexOf('/')];
        var parts = parent.Split('/');
        var at = Array.IndexOf(parts, "namespaces");
        return parent == list || (at >= 0 && at + 1 < parts.Length && string.Join('/', parts[..at].Concat(parts[(at + 2)..])) == list);
    }

    private async Task WatchAsync(HttpContext http, string path)
    {
        var from = long.Parse(http.Request.Query["resourceVersion"].ToString(), CultureInfo.InvariantCulture);
        using var dropped = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        watches[dropped] = true;
        try
        {
            http.Response.ContentType = "application/json";
            await http.Response.StartAsync(dropped.Token);
            while (true)
            {
                List<(long Version, string Path, string Type, string Json)> due;
                Task more;
                lock (gate)
                {
                    if (history.Count > 0 && history.Count >= Remembers && from < history[0].Version - 1)
                    {
                        due = [(from, "", "ERROR", """{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}""")];
                        more = Task.CompletedTask;
                    }
                    else
                    {
                        due = [.. history.Where(h => h.Version > from && In(h.Path, path))];
                        from = version;
                        more = news.Task;
                    }
                }

                foreach (var change in due)
                {
                    await http.Response.Body.WriteAsync(Line(change.Type, change.Json), dropped.Token);
                }

                await http.Response.Body.FlushAsync(dropped.Token);
                if (due is [{ Type: "ERROR" }])
                {
                    return;
                }

                if (await Task.WhenAny(more, Task.Delay(BookmarkEvery, TimeProvider.System, dropped.Token)) != more && !dropped.IsCancellationRequested)
                {
                    await http.Response.Body.WriteAsync(Line("BOOKMARK", $$$"""{"metadata":{"resourceVersion":"{{{from}}}"}}"""), dropped.Token);
                }

                dropped.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
        finally
        {
            lock (dropped)
            {
                watches.TryRemove(dropped, out _);
            }
        }
    }

    private static byte[] Line(string type, string json) => Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","object":{{json}} }""" + "\n");

    private static Task StatusAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        return JsonAsync(http, new JsonObject { ["kind"] = "Status", ["status"] = "Failure", ["code"] = status, ["message"] = message });
    }

    private static Task JsonAsync(HttpContext http, JsonObject body)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    }
}
