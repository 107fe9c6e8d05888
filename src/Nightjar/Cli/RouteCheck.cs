using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Configuration;
using Nightjar.Connectors.Paging;
using Nightjar.Core.Announcements;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Cli;

/// <summary>Which route leads where; and a test page that goes all the way.</summary>
internal static class RouteCheck
{
    public static IEnumerable<CheckLine> Run(NightjarOptions options)
    {
        using var room = Room(options);
        var routes = room.For(options.Route, new Catalogue(options.Services));
        foreach (var route in room.Routes.Append(room.OwnLog))
        {
            var services = options.Services.Where(s => routes.Of(s.Name).Name == route.Name).Select(s => s.Name.Value).ToList();
            if (route == room.OwnLog && services.Count > 0 && options.Services.Length > 0)
            {
                yield return CheckLine.Warn("route console", $"pages of {string.Join(", ", services)} reach nobody but the log", "name whom to page under routes, and the one of all under route");
            }
            else if (route != room.OwnLog)
            {
                var leads = string.Join(", then ", options.Routes.First(r => r.Name == route.Name).Steps.Select(Shown));
                yield return services.Count > 0
                    ? CheckLine.Ok($"route {route.Name}", $"{leads}; for {string.Join(", ", services)}. Try it with: nightjar check --page {route.Name}")
                    : CheckLine.Warn($"route {route.Name}", $"{leads}; for no service", "name it in services[].route, as an owner, or under route");
            }
        }
    }

    /// <summary>Tells each step of a route once, and that it is over again.</summary>
    public static async Task<IReadOnlyList<CheckLine>> PageAsync(NightjarOptions options, string name, CancellationToken cancellationToken)
    {
        using var room = Room(options);
        if (room.Routes.FirstOrDefault(r => r.Name == name) is not { } route)
        {
            return [CheckLine.Fail("page", $"there is no route {Wording.Quote(name)}{Wording.DidYouMean(name, room.Routes.Select(r => r.Name))}", "name one of routes")];
        }

        var now = TimeProvider.System.GetUtcNow();
        var wish = new PageWish($"nightjar-test-{Guid.NewGuid():N}", null, null, "test", Severity.Info, "Nightjar: a test page", $"Somebody tries route {name} of {options.PublicUrl}. Nothing is wrong.", options.PublicUrl);
        var lines = new List<CheckLine>();
        foreach (var step in route.Steps)
        {
            try
            {
                await step.SendAsync(new PageNotice(PageAct.Trigger, wish, now, 1, ""), cancellationToken);
                await step.SendAsync(new PageNotice(PageAct.Resolve, wish, now, 1, "it was a test"), cancellationToken);
                lines.Add(CheckLine.Ok($"page by {step.Name}", "was accepted; look whether it arrived"));
            }
            catch (PageFailedException e)
            {
                lines.Add(CheckLine.Fail($"page by {step.Name}", e.Message, "correct the step under routes"));
            }
        }

        return lines;
    }

    private static PagingRoom Room(NightjarOptions options) => new(options.Routes, options.Mail, isSilent: false, NullLogger<ConsoleChannel>.Instance);

    private static string Shown(PageStepOptions step) => step.Kind switch
    {
        PageStepKind.Email => $"email to {string.Join(", ", step.To)}",
        PageStepKind.Webhook => $"webhook to {step.Url?.Host}",
        _ => step.Kind.ToString().ToLowerInvariant(),
    };
}
