using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nightjar.Core.Evidence;

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
        incident.Subcommands.Add(Export());
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
        var all = new Option<bool>("--all", "-a") { Description = "Ended incidents too" };
        var service = new Option<string>("--service") { Description = "Of this service only", HelpName = "NAME" };
        var command = new Command("list", "The open incidents, newest first; the ended ones too with --all") { all, service };
        return command.Does(async (client, cancellationToken) =>
        {
            var query = (client.Parsed.GetValue(all) ? "" : "open=true&") + (client.Parsed.GetValue(service) is { } name ? $"service={Uri.EscapeDataString(name)}" : "");
            var answer = await client.Daemon.GetAsync($"incidents?{query}", cancellationToken);
            var incidents = answer["incidents"]?.AsArray() ?? [];
            client.Print(answer, output => Terminal.Table(
                output,
                client.Parsed.GetValue(all) ? "No incidents." : "No open incidents.",
                ["#", "service", "state", "opened", "signals", "what"],
                incidents.OfType<JsonNode>().Select(i => new[] { $"{i["number"]}", $"{i["service"]}", State(i), Terminal.When(i["openedAt"]), $"{i["signals"]}", $"{i["title"]}" })));
            return ExitCode.Ok;
        });
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

    private static Command Export()
    {
        var command = new Command("export", "Print the newest evidence bundle of an incident, secrets masked; nightjar diagnose --bundle reads it") { Number };
        return command.Does(async (client, cancellationToken) =>
        {
            if (DiagnoseVerb.BundleOf(await client.Daemon.GetAsync(Path(client, ""), cancellationToken)) is not { } bundle)
            {
                await Console.Error.WriteLineAsync("nightjar: no evidence was gathered for it yet");
                return ExitCode.Failed;
            }

            Console.Out.WriteLine(BundleFormat.WriteMasked(bundle));
            return ExitCode.Ok;
        });
    }

    private static void Print(TextWriter output, JsonNode answer)
    {
        var incident = answer["incident"] ?? new JsonObject();
        var finding = incident["finding"];
        output.WriteLine($"#{incident["number"]}  {incident["title"]}");
        Line(output, "state", State(incident));
        Line(output, "service", incident["service"]);
        Line(output, "opened", Terminal.When(incident["openedAt"]));
        Line(output, "ended", Terminal.When(incident["endedAt"]));
        Line(output, "fingerprint", incident["fingerprint"]);
        Line(output, "signals", incident["signals"]);
        Line(output, "after", incident["recurrenceOf"] is { } before ? $"incident #{before}: it came back" : null);
        Line(output, "taken by", incident["acknowledgedBy"]);
        Line(output, "waits for", incident["question"] is null ? incident["waiting"] : null);
        Line(output, "cause", finding?["rootCause"]);
        Line(output, "confidence", finding is null ? null : string.Create(CultureInfo.InvariantCulture, $"{(double?)finding["confidence"]:0.00}"));
        Line(output, "request", incident["request"]?["url"]);
        Line(output, "error rate", Rates(incident["verification"]));
        Line(output, "question", incident["question"]?["text"]);
        Line(output, "", incident["question"] is null ? null : $"answer with: nightjar approve {incident["number"]}, or: nightjar reject {incident["number"]}");
        output.WriteLine();
        foreach (var entry in answer["timeline"]?.AsArray().OfType<JsonNode>().Where(IsForPeople) ?? [])
        {
            output.WriteLine($"{Terminal.When(entry["at"])}  {entry["actor"],-15} {(entry["act"]?.GetValue<string>() == "wait" ? "waits for " : "")}{entry["why"]}");
        }
    }

    /// <summary>Plans that were carried out, names that were chosen and messages that were sent are for those who look closer.</summary>
    private static bool IsForPeople(JsonNode entry) => $"{entry["step"]}" != "intent" && $"{entry["act"]}" is not ("announce" or "name-branch");

    /// <summary>The state, and when it is the last one, how it came to that.</summary>
    private static string State(JsonNode incident) =>
        $"{incident["state"]}{(incident["outcome"]?.GetValue<string>() is { } outcome and not "none" ? $" ({outcome})" : "")}";

    private static string? Rates(JsonNode? verification) =>
        verification?["after"] is { } after && verification["before"] is { } before
            ? $"{Terminal.Percent(before["rate"])} before, {Terminal.Percent(after["rate"])} of {after["total"]} after the fix"
            : null;

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

    private static void Line(TextWriter output, string name, object? value)
    {
        if (value is not (null or ""))
        {
            output.WriteLine($"  {name,-12} {value}");
        }
    }
}
