using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Connectors.Paging;

namespace Nightjar.Configuration;

/// <summary>What no single key of a route can tell: names that lead nowhere, steps that lack what they need.</summary>
internal static class PagingChecks
{
    public static void Run(NightjarOptions options, Reading reading)
    {
        var names = options.Routes.Select(r => r.Name).ToImmutableArray();
        CheckNamed(options.Route, "route", names, reading);
        for (var i = 0; i < options.Services.Length; i++)
        {
            CheckNamed(options.Services[i].Route, string.Create(CultureInfo.InvariantCulture, $"services[{i}].route"), names, reading);
        }

        for (var i = 0; i < options.Routes.Length; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"routes[{i}]");
            if (names.IndexOf(names[i]) < i)
            {
                reading.Blame($"{path}.name", $"{Wording.Quote(names[i])} is the name of another already");
            }

            for (var j = 0; j < options.Routes[i].Steps.Length; j++)
            {
                CheckStep(options.Routes[i].Steps[j], string.Create(CultureInfo.InvariantCulture, $"{path}.steps[{j}]"), options.Mail, reading);
            }
        }

        for (var i = 0; i < options.Announce.Length; i++)
        {
            CheckAnnounce(options.Announce[i], reading.Has("announce[0]") ? string.Create(CultureInfo.InvariantCulture, $"announce[{i}]") : "announce", options.Mail, reading);
        }

        if (reading.Has("mail") && !options.Routes.Any(r => r.Steps.Any(s => s.Kind == PageStepKind.Email)) && options.Announce.All(a => a.Email.IsEmpty))
        {
            reading.Blame("mail", "is not used: no route has a step of kind email, and no announcement an email");
        }

        if (reading.Has("mail.password") && reading.Has("mail.passwordFile"))
        {
            reading.Blame("mail.passwordFile", "is given beside password; give one of the two");
        }

        if (options.Mail is { User: not null, Tls: false })
        {
            reading.Blame("mail.tls", "is off, which would send the password in clear text; leave it on, or take user out");
        }
    }

    private static void CheckAnnounce(AnnounceOptions announce, string path, MailOptions mail, Reading reading)
    {
        if (new[] { announce.File is not null, !announce.Email.IsEmpty, announce.Webhook is not null }.Count(given => given) != 1)
        {
            reading.Blame(path, "needs one of file, email and webhook");
        }
        else if (!announce.Email.IsEmpty && mail.Host.Length == 0)
        {
            reading.Blame(path, "is an email, but there is no mail.host to hand it to");
        }
        else if (announce.Webhook is not null != announce.Key is not null)
        {
            reading.Blame(path, announce.Key is null ? "is a webhook, and needs a key or keyFile to be signed with" : "has a key, which only a webhook uses");
        }

        if (announce.Webhook is { Scheme: not "https", IsLoopback: false })
        {
            reading.Blame($"{path}.webhook", "would send in clear text; give an https URL");
        }

        if (reading.Has($"{path}.key") && reading.Has($"{path}.keyFile"))
        {
            reading.Blame($"{path}.keyFile", "is given beside key; give one of the two");
        }
    }

    private static void CheckNamed(string? route, string path, ImmutableArray<string> names, Reading reading)
    {
        if (route is not null && !names.Contains(route))
        {
            reading.Blame(path, $"there is no route {Wording.Quote(route)}{Wording.DidYouMean(route, names)}");
        }
    }

    private static void CheckStep(PageStepOptions step, string path, MailOptions mail, Reading reading)
    {
        var takesKey = step.Kind is PageStepKind.PagerDuty or PageStepKind.Opsgenie or PageStepKind.Webhook;
        if (reading.Has($"{path}.key") && reading.Has($"{path}.keyFile"))
        {
            reading.Blame($"{path}.keyFile", "is given beside key; give one of the two");
        }

        Demand(takesKey, step.Key is not null, "key", "a key or keyFile");
        Demand(step.Kind == PageStepKind.Webhook, step.Url is not null, takesKey ? "" : "url", "a url");
        Demand(step.Kind == PageStepKind.Email, !step.To.IsEmpty, "to", "to: the addresses");
        if (step.Kind == PageStepKind.Email && mail.Host.Length == 0)
        {
            reading.Blame(path, "is an email, but there is no mail.host to hand it to");
        }

        if (step.Url is { Scheme: not "https", IsLoopback: false })
        {
            reading.Blame($"{path}.url", "would send in clear text; give an https URL");
        }

        void Demand(bool needs, bool has, string key, string what)
        {
            if (needs && !has)
            {
                reading.Blame(path, $"is {step.Kind.ToString().ToLowerInvariant()}, and needs {what}");
            }
            else if (!needs && has && key.Length > 0)
            {
                reading.Blame(reading.Has($"{path}.{key}") ? $"{path}.{key}" : path, $"is not used: {step.Kind.ToString().ToLowerInvariant()} has no {key}");
            }
        }
    }
}
