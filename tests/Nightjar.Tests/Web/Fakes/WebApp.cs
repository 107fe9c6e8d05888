using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Runs;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;
using Nightjar.Web;
using Nightjar.Web.Hooks;

namespace Nightjar.Tests.Web.Fakes;

/// <summary>The dashboard on a real server of a free port, over stores in memory.</summary>
internal sealed class WebApp : IAsyncDisposable
{
    public const string CommandToken = "command-token-of-the-tests";

    private readonly WebApplication app;

    private WebApp(int port, TakeHook? hook)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddDashboard(Options(port) with { GitHub = hook });
        AddOutside(builder.Services);
        app = builder.Build();
        app.MapDashboard();
    }

    public WebStore Store { get; } = new();

    public WebRuns Runs { get; } = new();

    public WebCodeHost Host { get; } = new();

    public WebSignIns SignIns { get; } = new();

    public WebAlerts Alerts { get; } = new();

    public FakeClock Clock { get; } = new(WebSeed.Now);

    public List<(string Service, string Person)> Investigated { get; } = [];

    /// <summary>Containers that were asked to be healed.</summary>
    public List<(string Container, string Person)> HealWishes { get; } = [];

    public HandReply HealReply { get; set; } = new(true, "incident #12 is open", new IncidentId(12));

    public WebContainers Containers { get; } = new();

    public IntakeFigures Intake { get; set; } = new(4_812, 3, 4_800, 9, 0);

    public ReadyPart[] Ready { get; set; } = [new("store", ReadyState.Ready, "The store can be written.")];

    public IEnumerable<IHostedService> Hosted => app.Services.GetServices<IHostedService>();

    public Uri Address => new(app.Urls.First());

    public static async Task<WebApp> StartAsync(int port = 0, TakeHook? hook = null)
    {
        var web = new WebApp(port, hook);
        await web.app.StartAsync();
        return web;
    }

    public static async Task<WebApp> StartFilledAsync()
    {
        var web = await StartAsync();
        WebSeed.Fill(web.Store, web.Host);
        return web;
    }

    public string? AgentsStopped { get; set; }

    public WebBrowser Browser() => new(Address);

    public async Task<WebBrowser> SignedInAsync(string person = "ada")
    {
        var browser = Browser();
        var link = Nightjar.Web.Access.Token.Create();
        await SignIns.CreateLinkAsync(Nightjar.Web.Access.Token.Hash(link), person, Clock.Now.AddMinutes(15), default);
        var page = await browser.PageAsync($"/signin?token={link}");
        using var answer = await browser.PressAsync(page, "form[action='/signin']");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private DashboardOptions Options(int port) => new()
    {
        Port = port,
        CommandToken = CommandToken,
        Hosts = ["nightjar.example:8443"],
        Investigate = (service, person, _) =>
        {
            Investigated.Add((service.Value, person));
            return Task.FromResult(new IncidentId(12));
        },
        Containers = () => Containers.All,
        Heal = (container, person, _) =>
        {
            HealWishes.Add((container.Name, person));
            return Task.FromResult(HealReply);
        },
        Intake = () => Intake,
        Agent = _ => Task.FromResult(new AgentLine("built-in", 0, 50, AgentsStopped)),
        Readiness = _ => Task.FromResult<IReadOnlyList<ReadyPart>>(Ready),
    };

    private void AddOutside(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(Clock).AddSingleton<ISignIns>(SignIns).AddSingleton<IRequestRecords>(Host).AddSingleton<ILocalReview>(Host).AddSingleton<IAlertDoor>(Alerts);
        services.AddSingleton<IIncidents>(Store).AddSingleton<IFolds>(Store).AddSingleton<IJournal>(Store).AddSingleton<IRuns>(Runs).AddSingleton<IInbox>(Store).AddSingleton<IEvidenceStore>(Store);
        services.AddSingleton(new IncidentStores(Store, Store, Store, Store, Store));
        services.AddSingleton<IRates>(Store).AddSingleton<IWakeUps>(Store).AddSingleton<IPauseSwitch>(Store).AddSingleton<ISilences>(Store).AddSingleton<IFingerprintLedger>(Store);
        services.AddSingleton<IContainerFigures>(Containers).AddSingleton<IHeals>(Containers);
        services.AddSingleton(new Catalogue([WebSeed.Service, WebSeed.Ledger]));
        services.AddSingleton<IWatcher>(new WebWatcher("logs of shop", true, "following 3 files"));
        services.AddSingleton<IWatcher>(new WebWatcher("logs of ledger", false, "not permitted to read /var/log/ledger.log; trying again in 30 s"));
    }
}

/// <summary>A browser without scripts: keeps cookies, says where a form comes from, does not follow by itself.</summary>
internal sealed class WebBrowser(Uri address) : IDisposable
{
    /// <summary>What every answer must say, whatever it is about.</summary>
    public const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private readonly HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };

    public HttpClient Client => client;

    public static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);

    public async Task<IHtmlDocument> PageAsync(string path)
    {
        using var answer = await client.GetAsync(path);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {html}");
        return Parse(html);
    }

    /// <summary>Sends a form of the page with what is in its fields; <paramref name="fields"/> are typed over them.</summary>
    public Task<HttpResponseMessage> PressAsync(IHtmlDocument page, string form, params (string Name, string Value)[] fields)
    {
        var element = page.QuerySelector(form) as IHtmlFormElement ?? throw new InvalidOperationException($"No form {form}");
        var values = element.QuerySelectorAll("input[name]").ToDictionary(i => i.GetAttribute("name") ?? "", i => i.GetAttribute("value") ?? "");
        foreach (var select in element.QuerySelectorAll("select[name]").OfType<IHtmlSelectElement>())
        {
            values[select.Name ?? ""] = select.Value ?? "";
        }

        foreach (var (name, value) in fields)
        {
            values[name] = value;
        }

        return SendAsync(element.GetAttribute("action") ?? "", values);
    }

    public Task<HttpResponseMessage> SendAsync(string path, IEnumerable<KeyValuePair<string, string>> values, string? origin = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(values) };
        request.Headers.Add("Origin", origin ?? address.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", origin is null ? "same-origin" : "cross-site");
        return client.SendAsync(request);
    }

    public void Dispose() => client.Dispose();
}
