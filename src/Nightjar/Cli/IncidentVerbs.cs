using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Nightjar.Cli;

/// <summary><c>nightjar incident …</c></summary>
internal static class IncidentVerbs
{
    private static readonly Argument<long> Number = new("NUMBER") { Description = "The incident's number" };

    public static Command Make()
    {
        var incident = new Command("incident", "List, show and steer incidents");
        incident.Subcommands.Add(List());
        incident.Subcommands.Add(Show());
        incident.Subcommands.Add(Act("ack", "Acknowledge: somebody looks after it", "reason"));
        incident.Subcommands.Add(Act("approve", "Say yes to what it asks", "reason"));
        incident.Subcommands.Add(Act("reject", "Say no to what it asks", "reason"));
        incident.Subcommands.Add(Act("retry", "Try the current step again now", "reason"));
        incident.Subcommands.Add(Act("giveup", "End it without a fix", "reason"));
        incident.Subcommands.Add(Split());
        incident.Subcommands.Add(Join());
        return incident;
    }

    /// <summary><c>approve</c> and <c>reject</c> are verbs of their own, too.</summary>
    public static Command Answer(string word, string says) => Act(word, says, "reason");

    private static Command List()
    {
        var all = new Option<bool>("--all") { Description = "Ended incidents too" };
        var service = new Option<string>("--service") { Description = "Of this service only", HelpName = "NAME" };
        var command = new Command("list", "The open incidents, newest first") { all, service };
        return command.Does(async (client, cancellationToken) =>
        {
            var query = (client.Parsed.GetValue(all) ? "" : "open=true&") + (client.Parsed.GetValue(service) is { } name ? $"service={Uri.EscapeDataString(name)}" : "");
            var answer = await client.Daemon.GetAsync($"incidents?{query}", cancellationToken);
            client.Print(answer, output => Table(output, answer["incidents"]?.AsArray() ?? []));
            return ExitCode.Ok;
        });
    }

    private static void Table(TextWriter output, JsonArray incidents)
    {
        if (incidents.Count == 0)
        {
            output.WriteLine("No open incidents.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("#", "service", "state", "opened", "signals", "what");
        foreach (var i in incidents.OfType<JsonNode>())
        {
            table.AddRow($"{i["number"]}", Escape(i["service"]), Escape(i["state"]), When(i["openedAt"]), $"{i["signals"]}", Escape(i["title"]));
        }

        Terminal.For(output).Write(table);
    }

    private static Command Show()
    {
        var command = new Command("show", "One incident: what is known, and its timeline") { Number };
        return command.Does(async (client, cancellationToken) =>
        {
            var answer = await client.Daemon.GetAsync(Path(client, ""), cancellationToken);
            client.Print(answer, output => Print(output, answer));
            return ExitCode.Ok;
        });
    }

    private static void Print(TextWriter output, JsonNode answer)
    {
        var incident = answer["incident"] ?? new JsonObject();
        output.WriteLine($"#{incident["number"]}  {incident["title"]}");
        Line(output, "state", incident["state"]);
        Line(output, "service", incident["service"]);
        Line(output, "fingerprint", incident["fingerprint"]);
        Line(output, "signals", incident["signals"]);
        Line(output, "waits for", incident["waiting"]);
        Line(output, "question", incident["question"]?["text"]);
        Line(output, "cause", incident["finding"]?["rootCause"]);
        Line(output, "confidence", incident["finding"]?["confidence"]);
        Line(output, "request", incident["request"]?["url"]);
        Line(output, "outcome", incident["outcome"]?.GetValue<string>() == "none" ? null : incident["outcome"]);
        output.WriteLine();
        foreach (var entry in answer["timeline"]?.AsArray().OfType<JsonNode>().Where(e => e["step"]?.GetValue<string>() != "intent") ?? [])
        {
            output.WriteLine($"{When(entry["at"])}  {entry["actor"],-12} {entry["why"]}");
        }
    }

    private static Command Act(string word, string says, string field)
    {
        var reason = new Option<string>("--reason", "-r") { Description = "Why, for the journal", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var command = new Command(word, says) { Number, reason };
        return command.Does(async (client, cancellationToken) =>
        {
            var body = new JsonObject { [field] = client.Parsed.GetValue(reason) };
            client.Say(await client.Daemon.PostAsync(Path(client, $"/{word}"), body, cancellationToken), $"{word}: done");
            return ExitCode.Ok;
        });
    }

    private static Command Split()
    {
        var fingerprint = new Argument<string>("FINGERPRINT") { Description = "The fingerprint that is another problem" };
        var command = new Command("split", "Take a fingerprint out: its next signal opens an incident of its own") { Number, fingerprint };
        return command.Does(async (client, cancellationToken) =>
        {
            var body = new JsonObject { ["fingerprint"] = client.Parsed.GetValue(fingerprint) };
            client.Say(await client.Daemon.PostAsync(Path(client, "/split"), body, cancellationToken), "split: done");
            return ExitCode.Ok;
        });
    }

    private static Command Join()
    {
        var into = new Argument<long>("INTO") { Description = "The incident that stays" };
        var command = new Command("join", "Make it part of another incident: both are one problem") { Number, into };
        return command.Does(async (client, cancellationToken) =>
        {
            var body = new JsonObject { ["into"] = client.Parsed.GetValue(into) };
            client.Say(await client.Daemon.PostAsync(Path(client, "/join"), body, cancellationToken), "join: done");
            return ExitCode.Ok;
        });
    }

    private static string Path(Client client, string rest) => string.Create(CultureInfo.InvariantCulture, $"incidents/{client.Parsed.GetValue(Number)}{rest}");

    private static void Line(TextWriter output, string name, JsonNode? value)
    {
        if (value is not null)
        {
            output.WriteLine($"  {name,-12} {value}");
        }
    }

    private static string Escape(JsonNode? text) => Markup.Escape($"{text}");

    private static string When(JsonNode? at) =>
        DateTimeOffset.TryParse(at?.ToString(), CultureInfo.InvariantCulture, out var moment) ? moment.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "";
}
