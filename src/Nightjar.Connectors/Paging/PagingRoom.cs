using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Announcements;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Paging;

/// <summary>The routes of the configuration, with a channel for each step.</summary>
public sealed class PagingRoom : IDisposable
{
    private readonly PagingHttp http = new();
    private readonly ILogger<ConsoleChannel> logger;
    private readonly MailOptions mail;

    /// <param name="isSilent">Nothing leaves the process: each route ends in our own log.</param>
    public PagingRoom(ImmutableArray<PageRouteOptions> routes, MailOptions mail, bool isSilent, ILogger<ConsoleChannel> logger)
    {
        (this.logger, this.mail) = (logger, mail);
        OwnLog = new PageRoute("console", [new ConsoleChannel("1 console", logger)]);
        Routes = [.. routes.Select(r => new PageRoute(r.Name, isSilent ? OwnLog.Steps : [.. r.Steps.Select((s, i) => Channel(s, i + 1))]) { Every = r.Every, Times = r.Times })];
    }

    public ImmutableArray<PageRoute> Routes { get; }

    /// <summary>Where pages go that no route is named for.</summary>
    public PageRoute OwnLog { get; }

    /// <param name="otherwise">The route of pages that no service or owner has one for; our own log when null.</param>
    public PageRoutes For(string? otherwise, Catalogue catalogue) => new(Routes, Routes.FirstOrDefault(r => r.Name == otherwise) ?? OwnLog, catalogue);

    /// <summary>A channel that announcements are told by; for mail and webhooks.</summary>
    /// <param name="number">Its place in the configuration, from 1.</param>
    public IPageChannel ForAnnouncements(AnnounceOptions options, int number) =>
        Channel(new PageStepOptions { Kind = options.Webhook is null ? PageStepKind.Email : PageStepKind.Webhook, To = options.Email, Url = options.Webhook, Key = options.Key }, number);

    public void Dispose() => http.Dispose();

    private IPageChannel Channel(PageStepOptions step, int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{number} {step.Kind.ToString().ToLowerInvariant()}");
        return step.Kind switch
        {
            PageStepKind.Console => new ConsoleChannel(name, logger),
            PageStepKind.PagerDuty => new PagerDutyChannel(name, step, http),
            PageStepKind.Opsgenie => new OpsgenieChannel(name, step, http),
            PageStepKind.Email => new EmailChannel(name, step.To, mail),
            PageStepKind.Webhook => new WebhookChannel(name, step, http),
        };
    }
}
