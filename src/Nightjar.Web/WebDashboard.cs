using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nightjar.Web.Access;
using Nightjar.Web.Api;
using Nightjar.Web.Containers;
using Nightjar.Web.Hooks;
using Nightjar.Web.Incidents;
using Nightjar.Web.Look;
using Nightjar.Web.Requests;
using Nightjar.Web.Services;
using Nightjar.Web.Silences;

namespace Nightjar.Web;

/// <summary>
/// The dashboard and the API. The host adds Core's stores, the catalogue, the watchers and a clock to the same container,
/// and binds the server to a loopback address.
/// </summary>
public static class WebDashboard
{
    public static IServiceCollection AddDashboard(this IServiceCollection services, DashboardOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddRazorComponents();

        // Keys live as long as the process: what they seal are form tokens and one-page messages. Sessions are in the store.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAntiforgery(forms =>
        {
            forms.Cookie.Name = $"nightjar-forms-{options.Port}";
            forms.Cookie.SameSite = SameSiteMode.Strict;
            forms.SuppressXFrameOptionsHeader = true;
        });
        KeepNoKeys(services);

        services.AddSingleton<Origins>().AddSingleton<Throttle>().AddTransient<Sessions>().AddTransient<Gate>().AddTransient<SignIn>();
        services.AddSingleton<Sayings>().AddTransient<Frames>().AddTransient<Logbook>();
        services.AddTransient<Acts>().AddTransient<Boards>().AddTransient<Cases>().AddTransient<IncidentPages>();
        services.AddTransient<Review>().AddTransient<RequestViews>().AddTransient<RequestPages>();
        services.AddTransient<ServiceLines>().AddTransient<Notices>().AddTransient<ServicePages>().AddTransient<ContainerPages>().AddTransient<SilencePages>();
        services.AddTransient<IncidentsApi>().AddTransient<RequestsApi>().AddTransient<ServicesApi>().AddTransient<SilencesApi>().AddTransient<PlaybooksApi>().AddTransient<MonitorFigures>().AddTransient<MonitorApi>().AddTransient<RunsApi>().AddTransient<DaemonApi>();
        return services;
    }

    /// <summary>At its start the framework would put a key into the home directory all the same, unused, and 4 MB of XML into memory.</summary>
    private static void KeepNoKeys(IServiceCollection services)
    {
        foreach (var keeper in services.Where(s => s.ImplementationType?.FullName == "Microsoft.AspNetCore.DataProtection.Internal.DataProtectionHostedService").ToList())
        {
            services.Remove(keeper);
        }
    }

    /// <summary>Maps every page and address; nothing is reachable but through the gate.</summary>
    public static WebApplication MapDashboard(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Refusal.FailedAsync });
        app.Use((http, next) => http.RequestServices.GetRequiredService<Gate>().PassAsync(http, next));
        app.UseRouting();
        ReadyApi.Map(app);
        AlertHooks.Map(app);
        PageFiles.Map(app);
        SignIn.Map(app);
        IncidentPages.Map(app);
        RequestPages.Map(app);
        ServicePages.Map(app);
        ContainerPages.Map(app);
        SilencePages.Map(app);
        GitHubHook.Map(app);

        var api = app.MapGroup("/api/v1");
        IncidentsApi.Map(api);
        RequestsApi.Map(api);
        ServicesApi.Map(api);
        SilencesApi.Map(api);
        PlaybooksApi.Map(api);
        DaemonApi.Map(api);
        RunsApi.Map(api);
        RunsApi.Map(app.MapGroup("/api"));
        MonitorApi.Map(app.MapGroup("/api/monitor"));
        app.MapFallback("{**path}", (HttpContext http) => Refusal.WriteAsync(http, StatusCodes.Status404NotFound, "No such page", "There is nothing at this address."));
        return app;
    }
}
