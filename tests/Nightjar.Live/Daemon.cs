using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Live;

/// <summary>A daemon that runs, and its API as its own user reaches it.</summary>
internal sealed class Daemon(Place place, Program program, Uri address)
{
    public Program Program => program;

    public Uri Address => address;

    public string Token => File.ReadAllText(Path.Combine(place.State, "token")).Trim();

    /// <summary>Runs a verb as another terminal would.</summary>
    public Task<Ran> CliAsync(params string[] arguments) => Program.RunAsync(place, [.. arguments, "--state", place.State]);

    public async Task<JsonNode> GetAsync(string path)
    {
        using var http = Client();
        using var answer = await http.GetAsync($"api/v1/{path}");
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync()) ?? new JsonObject();
    }

    public async Task<JsonNode> PostAsync(string path, JsonObject? body = null)
    {
        using var http = Client();
        using var answer = await http.PostAsJsonAsync($"api/v1/{path}", body ?? []);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text) ?? new JsonObject();
    }

    /// <summary>Waits until what a path of the API answers is as wanted; fails with the last answer.</summary>
    public async Task<JsonNode> WaitAsync(string what, Func<JsonNode, bool> isIt, string path)
    {
        JsonNode? last = null;
        try
        {
            return await Until.IsThereAsync(what, TimeSpan.FromSeconds(60), async () => isIt(last = await GetAsync(path)) ? last : null);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; last: {last}\n{program.Out}\n{program.Error}", e);
        }
    }

    public async Task<JsonNode> IncidentAsync(string state, long number = 1) =>
        (await WaitAsync($"incident {number} to be {state}", n => (string?)n["incident"]?["state"] == state, $"incidents/{number}"))["incident"] ?? new JsonObject();

    /// <summary>Waits for the first incident to be opened at all.</summary>
    public Task<JsonNode> OpenedAsync() => WaitAsync("an incident", n => n["incidents"]?.AsArray().Count > 0, "incidents");

    public Task<Ran> StopAsync()
    {
        program.Send("TERM");
        return program.EndAsync(TimeSpan.FromSeconds(30));
    }

    private HttpClient Client()
    {
        var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return http;
    }
}
