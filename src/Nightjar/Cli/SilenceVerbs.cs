using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nightjar.Configuration;

namespace Nightjar.Cli;

/// <summary><c>nightjar silence …</c></summary>
internal static class SilenceVerbs
{
    public static Command Make()
    {
        var silence = new Command("silence", "Add, list and end silences: signals that nobody wants to hear of for a while");
        silence.Subcommands.Add(Add());
        silence.Subcommands.Add(List());
        silence.Subcommands.Add(End());
        return silence;
    }

    private static Command Add()
    {
        var service = new Option<string>("--service") { Description = "Every signal of this service", HelpName = "NAME" };
        var fingerprint = new Option<string>("--fingerprint") { Description = "Signals with this fingerprint", HelpName = "HASH" };
        var time = new Option<string>("--for") { Description = "How long, such as 2h or 30m", HelpName = "TIME", DefaultValueFactory = _ => "1h" };
        var reason = new Option<string>("--reason", "-r") { Description = "Why, for the journal", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var command = new Command("add", "Silence a service or a fingerprint until a time") { service, fingerprint, time, reason };
        command.Validators.Add(result =>
        {
            if (result.GetValue(service) is null && result.GetValue(fingerprint) is null)
            {
                result.AddError("Say what to silence: --service NAME or --fingerprint HASH");
            }

            if (Durations.TryRead(result.GetValue(time) ?? "") is null)
            {
                result.AddError($"--for {result.GetValue(time)} is not a time such as 2h, 30m or 1h30m");
            }
        });
        return command.Does(async (client, cancellationToken) =>
        {
            var span = Durations.TryRead(client.Parsed.GetValue(time) ?? "") ?? TimeSpan.FromHours(1);
            var body = new JsonObject
            {
                ["service"] = client.Parsed.GetValue(service),
                ["fingerprint"] = client.Parsed.GetValue(fingerprint),
                ["minutes"] = span.TotalMinutes,
                ["why"] = client.Parsed.GetValue(reason),
            };
            var answer = await client.Daemon.PostAsync("silences", body, cancellationToken);
            client.Print(answer, output => output.WriteLine($"{answer["service"] ?? answer["hash"]} is silenced until {Terminal.When(answer["until"])}. End it before with: nightjar silence end {answer["id"]}"));
            return ExitCode.Ok;
        });
    }

    private static Command List() => new Command("list", "The silences that hold now").Does(async (client, cancellationToken) =>
    {
        var answer = await client.Daemon.GetAsync("silences", cancellationToken);
        var silences = answer["silences"]?.AsArray() ?? [];
        client.Print(answer, output => Terminal.Table(
            output,
            "No silences.",
            ["#", "of", "until", "by", "why"],
            silences.OfType<JsonNode>().Select(s => new[] { $"{s["id"]}", $"{s["service"] ?? s["hash"]}", Terminal.When(s["until"]), $"{s["by"]}", $"{s["why"]}" })));
        return ExitCode.Ok;
    });

    private static Command End()
    {
        var number = new Argument<long>("NUMBER") { Description = "The silence's number" };
        return new Command("end", "End a silence now") { number }.Does(async (client, cancellationToken) =>
        {
            client.Say(await client.Daemon.PostAsync(string.Create(CultureInfo.InvariantCulture, $"silences/{client.Parsed.GetValue(number)}/end"), new JsonObject(), cancellationToken), "The silence has ended; signals count again.");
            return ExitCode.Ok;
        });
    }
}
