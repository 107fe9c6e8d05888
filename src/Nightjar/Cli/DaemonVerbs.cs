using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Cli;

/// <summary>Verbs that speak to the daemon as a whole: status, sign-in, pause, resume, deployed, investigate, approve, reject.</summary>
internal static class DaemonVerbs
{
    public static IEnumerable<Command> Make() =>
    [
        IncidentVerbs.Answer("approve", "Say yes to what an incident asks"), IncidentVerbs.Answer("reject", "Say no to what an incident asks"),
        Investigate(), Deployed(), Pause(), Resume(), Status(), SignIn(),
    ];

    private static Command Investigate()
    {
        var service = new Argument<string>("SERVICE") { Description = "The service's name" };
        return new Command("investigate", "Open an incident by hand and investigate it now") { service }.Does(async (client, cancellationToken) =>
        {
            var answer = await client.Daemon.PostAsync($"services/{Uri.EscapeDataString(client.Parsed.GetRequiredValue(service))}/investigate", new JsonObject(), cancellationToken);
            client.Print(answer, output => output.WriteLine($"incident #{answer["incident"]} is open for it; follow it with: nightjar incident show {answer["incident"]}"));
            return ExitCode.Ok;
        });
    }

    private static Command Deployed()
    {
        var service = new Argument<string>("SERVICE") { Description = "The service's name" };
        var commit = new Argument<string>("COMMIT") { Description = "The commit (or version) that runs now" };
        return new Command("deployed", "Tell that a commit of a service runs now: verification starts then") { service, commit }.Does(async (client, cancellationToken) =>
        {
            var body = new JsonObject { ["commit"] = client.Parsed.GetRequiredValue(commit) };
            client.Say(await client.Daemon.PostAsync($"services/{Uri.EscapeDataString(client.Parsed.GetRequiredValue(service))}/deployed", body, cancellationToken), "Noted.");
            return ExitCode.Ok;
        });
    }

    private static Command Pause()
    {
        var reason = new Option<string>("--reason", "-r") { Description = "Why, for the journal", HelpName = "TEXT", DefaultValueFactory = _ => "by hand" };
        return new Command("pause", "Stop every action, agent and proposal at once; watching and recording go on") { reason }.Does(async (client, cancellationToken) =>
        {
            client.Say(await client.Daemon.PostAsync("pause", new JsonObject { ["why"] = client.Parsed.GetValue(reason) }, cancellationToken), "Paused: nothing is done from now on, watching and recording go on. End it with: nightjar resume");
            return ExitCode.Ok;
        });
    }

    private static Command Resume() => new Command("resume", "Go on after a pause").Does(async (client, cancellationToken) =>
    {
        client.Say(await client.Daemon.PostAsync("resume", new JsonObject(), cancellationToken), "Resumed.");
        return ExitCode.Ok;
    });

    private static Command Status() => new Command("status", "What the daemon watches, how the services do, and whether it is paused").Does(async (client, cancellationToken) =>
    {
        var answer = await client.Daemon.GetAsync("status", cancellationToken);
        var services = client.Json ? new JsonObject() : await client.Daemon.GetAsync("services", cancellationToken);
        client.Print(answer, output =>
        {
            output.WriteLine($"Nightjar {answer["version"]}, mode {answer["mode"]}{(answer["dryRun"]?.GetValue<bool>() == true ? ", dry run" : "")}");
            var (open, ask) = ((long?)answer["openIncidents"] ?? 0, (long?)answer["needPerson"] ?? 0);
            output.WriteLine($"{Incidents(open)}{(ask == 0 ? "" : $", {ask} wait{(ask == 1 ? "s" : "")} for a person: nightjar incident list")}");
            if (answer["agent"] is { } agent)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Agent: {agent["says"]}; ${(decimal?)agent["spentToday"]:0.00} of ${(decimal?)agent["dayCap"]:0.00} spent today (UTC)"));
            }

            if (answer["agent"]?["stopped"] is { } stopped)
            {
                output.WriteLine($"STOPPED all agent work: {stopped}");
            }

            if (answer["pause"] is { } pause)
            {
                output.WriteLine($"PAUSED by {pause["by"]} since {Terminal.When(pause["since"])}: {pause["why"]} (end it with: nightjar resume)");
            }

            Print(output, services, answer);
        });
        return ExitCode.Ok;
    });

    private static void Print(TextWriter output, JsonNode services, JsonNode answer)
    {
        foreach (var s in services["services"]?.AsArray().OfType<JsonNode>() ?? [])
        {
            var rate = s["rate"];
            output.WriteLine($"  {(s["isOver"]?.GetValue<bool>() == true ? "HIGH" : "ok  ")} {s["name"]}: {rate?["errors"]} of {rate?["total"]} {(rate?["of"]?.GetValue<string>() == "lines" ? "lines" : "requests")} failed in the last window, {Incidents((long?)s["openIncidents"] ?? 0)}");
        }

        foreach (var w in answer["watchers"]?.AsArray().OfType<JsonNode>() ?? [])
        {
            output.WriteLine($"  {(w["isWell"]?.GetValue<bool>() == true ? "ok  " : "FAIL")} {w["name"]}: {w["says"]}");
        }
    }

    private static string Incidents(long open) => $"{open} open incident{(open == 1 ? "" : "s")}";

    private static Command SignIn() => new Command("signin", "Print a link that signs a browser in; it works once, for 15 minutes").Does(async (client, cancellationToken) =>
    {
        var answer = await client.Daemon.PostAsync("signin-links", new JsonObject(), cancellationToken);
        client.Print(answer, output => output.WriteLine($"{answer["url"]}"));
        return ExitCode.Ok;
    });
}
