using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Nightjar.Live.Browser;

/// <summary>A page of another origin, open in the same signed-in browser, can press nothing.</summary>
public sealed class ForeignPageTests
{
    [Theory]
    [InlineData("127.0.0.1", "the same site, another port: the cookie travels")]
    [InlineData("localhost", "another site: the cookie stays at home")]
    public async Task A_page_elsewhere_cannot_merge(string host, string why)
    {
        await using var place = new Place();
        await using var browser = await Chromium.StartAsync(place);
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        await service.ServeAsync(well: 80, failed: 40);
        await daemon.IncidentAsync("inReview");
        var page = await browser.OpenAsync();
        await page.GoAsync(new Uri((await daemon.CliAsync("signin")).Out.Trim()));
        await page.PressAsync("Sign in");
        await page.SaysAsync("Incidents");

        await using var elsewhere = await ServeAsync(daemon.Address);
        var evil = new UriBuilder(elsewhere.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.Single() ?? "") { Host = host }.Uri;
        await page.GoAsync(evil);
        await page.SaysAsync("tried by script");
        Assert.Equal("nothing", $"{await page.EvaluateAsync("document.querySelector('iframe').contentDocument?.body?.innerText ?? 'nothing'")}");
        await page.PressAsync("Merge for me");

        var says = await page.TextAsync();
        Assert.True(says.Contains("Another page sent this", StringComparison.Ordinal) || says.Contains("signed out", StringComparison.Ordinal), $"{why}: {says}");
        Assert.Equal("open", (string?)(await daemon.GetAsync("requests/1"))["request"]?["state"]);
        Assert.DoesNotContain(await service.SubjectsAsync("main"), s => s.StartsWith("fix", StringComparison.Ordinal));
        Assert.Equal("inReview", (string?)(await daemon.GetAsync("incidents/1"))["incident"]?["state"]);
    }

    /// <summary>Tries what such a page can: a form, a request by script, a frame.</summary>
    private static async Task<WebApplication> ServeAsync(Uri dashboard)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(http =>
        {
            http.Response.ContentType = "text/html";
            return http.Response.WriteAsync(
                $$"""
                <!doctype html><title>Win a prize</title>
                <form method="post" action="{{dashboard}}requests/1/merge"><input name="seen" value=""><button>Merge for me</button></form>
                <iframe src="{{dashboard}}requests/1"></iframe>
                <p id="out">trying</p>
                <script>
                  (async () => {
                    const tries = [
                      () => fetch('{{dashboard}}requests/1/merge', { method: 'POST', credentials: 'include', mode: 'no-cors', body: new URLSearchParams({ seen: '' }) }),
                      () => fetch('{{dashboard}}api/v1/requests/1/merge', { method: 'POST', credentials: 'include', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body: '{}' }),
                      () => fetch('{{dashboard}}api/v1/requests/1/merge', { method: 'POST', credentials: 'include', headers: { 'Content-Type': 'application/json' }, body: '{}' }),
                    ];
                    for (const attempt of tries) { try { await attempt(); } catch { } }
                    document.getElementById('out').textContent = 'tried by script';
                  })();
                </script>
                """);
        });
        await app.StartAsync();
        return app;
    }
}
