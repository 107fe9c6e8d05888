using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Nightjar.Live.Browser;

/// <summary>A headless Chromium with a profile of its own, ended by its id.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly Process process;

    private Chromium(Process process, DevTools tools)
    {
        this.process = process;
        Tools = tools;
    }

    public DevTools Tools { get; }

    /// <summary>Skips the test where there is no Chromium.</summary>
    public static async Task<Chromium> StartAsync(Place place)
    {
        var program = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "there is no Chromium here (Debian: apt-get install chromium)");
        var profile = place.File("chromium");
        var start = new ProcessStartInfo(program ?? "", [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en", $"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            var port = Path.Combine(profile, "DevToolsActivePort");
            var lines = await Until.IsThereAsync("Chromium to listen", TimeSpan.FromSeconds(30), () => Read(port) is [var number, var path, ..] ? (string[])[number, path] : null);
            return new Chromium(process, await DevTools.ConnectAsync(new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}")));
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>A new tab in a profile of its own: no cookie of another is in it.</summary>
    public async Task<Tab> OpenAsync(bool fresh = false)
    {
        var wish = new JsonObject { ["url"] = "about:blank" };
        if (fresh)
        {
            wish["browserContextId"] = $"{(await Tools.SendAsync("Target.createBrowserContext"))["browserContextId"]}";
        }

        var target = await Tools.SendAsync("Target.createTarget", wish);
        var attached = await Tools.SendAsync("Target.attachToTarget", new JsonObject { ["targetId"] = $"{target["targetId"]}", ["flatten"] = true });
        return await Tab.OpenAsync(Tools, $"{attached["sessionId"]}");
    }

    public async ValueTask DisposeAsync()
    {
        await Tools.DisposeAsync();
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static string[] Read(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
