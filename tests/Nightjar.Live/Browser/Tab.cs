using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Live.Browser;

/// <summary>One page as a person sees and presses it, and what the browser complains of.</summary>
internal sealed class Tab
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DevTools tools;
    private readonly string session;
    private readonly ConcurrentQueue<string> complaints = new();
    private int loads;

    private Tab(DevTools tools, string session)
    {
        this.tools = tools;
        this.session = session;
        tools.Happened += Happened;
    }

    /// <summary>Errors and warnings of the console, and everything that the content policy refused.</summary>
    public IReadOnlyCollection<string> Complaints => complaints;

    public static async Task<Tab> OpenAsync(DevTools tools, string session)
    {
        var tab = new Tab(tools, session);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Audits", "Network" })
        {
            await tab.SendAsync($"{domain}.enable");
        }

        await tab.SizeAsync(1280, 900);
        return tab;
    }

    public Task SizeAsync(int width, int height) =>
        SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });

    public Task DarkAsync() =>
        SendAsync("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = "dark" }) });

    public Task WithoutScriptsAsync() => SendAsync("Emulation.setScriptExecutionDisabled", new JsonObject { ["value"] = true });

    public Task GoAsync(Uri url) => LoadedAsync(async () =>
    {
        var answer = await SendAsync("Page.navigate", new JsonObject { ["url"] = url.ToString() });
        if (answer["errorText"] is { } error)
        {
            throw new InvalidOperationException($"{url}: {error}");
        }
    });

    /// <summary>Presses the first visible button, link or summary with these words, and waits for the page that comes when one does.</summary>
    public async Task PressAsync(string words, bool leads = true)
    {
        var press = async () =>
        {
            var found = await EvaluateAsync(
                $$"""
                (() => {
                  const wanted = {{JsonSerializer.Serialize(words)}};
                  const all = [...document.querySelectorAll('button, a, summary')].filter(e => e.textContent.replace(/\s+/g, ' ').trim() === wanted && e.getClientRects().length > 0);
                  if (all.length === 0) return false;
                  all[0].click();
                  return true;
                })()
                """);
            if (!found.GetValue<bool>())
            {
                throw new InvalidOperationException($"No \"{words}\" is on the page:\n{await TextAsync()}");
            }
        };
        await (leads ? LoadedAsync(press) : press());
    }

    public async Task<string> TextAsync() => (await EvaluateAsync("document.body.innerText")).GetValue<string>();

    public async Task<string> UrlAsync() => (await EvaluateAsync("location.href")).GetValue<string>();

    /// <summary>Waits until the page says something, as it does when it keeps itself up to date.</summary>
    public async Task SaysAsync(string words) =>
        await Until.HoldsAsync($"the page to say \"{words}\"", Patience, async () => (await TextAsync()).Contains(words, StringComparison.OrdinalIgnoreCase));

    public async Task<JsonNode> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        return answer["exceptionDetails"] is { } wrong ? throw new InvalidOperationException($"{wrong}") : answer["result"]?["value"] ?? JsonValue.Create("");
    }

    /// <summary>Keeps the whole page as a picture under TestResults.</summary>
    public async Task PictureAsync(string name)
    {
        var picture = await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true });
        await File.WriteAllBytesAsync(Path.Combine(Place.Results, $"{name}.png"), Convert.FromBase64String($"{picture["data"]}"));
    }

    private async Task LoadedAsync(Func<Task> act)
    {
        var before = Volatile.Read(ref loads);
        await act();
        await Until.HoldsAsync("a page to load", Patience, () => Volatile.Read(ref loads) > before);
    }

    private Task<JsonNode> SendAsync(string method, JsonObject? parameters = null) => tools.SendAsync(method, parameters, session);

    private void Happened(string from, string name, JsonNode facts)
    {
        if (from != session)
        {
            return;
        }

        switch (name)
        {
            case "Page.loadEventFired":
                Interlocked.Increment(ref loads);
                break;
            case "Log.entryAdded" when $"{facts["entry"]?["level"]}" is "error" or "warning":
                complaints.Enqueue($"{facts["entry"]?["text"]} {facts["entry"]?["url"]}");
                break;
            case "Runtime.exceptionThrown":
                complaints.Enqueue($"{facts["exceptionDetails"]?["exception"]?["description"] ?? facts["exceptionDetails"]}");
                break;
            case "Runtime.consoleAPICalled" when $"{facts["type"]}" is "error" or "warning" or "assert":
                complaints.Enqueue($"{facts["args"]}");
                break;
            case "Audits.issueAdded" when $"{facts["issue"]?["code"]}" is "ContentSecurityPolicyIssue":
                complaints.Enqueue($"{facts["issue"]?["details"]}");
                break;
        }
    }
}
