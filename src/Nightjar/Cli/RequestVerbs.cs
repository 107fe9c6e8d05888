using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nightjar.Cli;

/// <summary><c>nightjar pr …</c>: the pull requests of the local code host.</summary>
internal static partial class RequestVerbs
{
    private static readonly Argument<long> Number = new("NUMBER") { Description = "The request's number" };

    public static Command Make()
    {
        var pr = new Command("pr", "List, show, merge and close pull requests of the local code host");
        pr.Subcommands.Add(List());
        pr.Subcommands.Add(Show());
        pr.Subcommands.Add(Press("merge", "Merge it into its base branch"));
        pr.Subcommands.Add(Press("close", "Close it without merging; its problem then cools down"));
        return pr;
    }

    private static Command List() => new Command("list", "The requests, newest first").Does(async (client, cancellationToken) =>
    {
        var answer = await client.Daemon.GetAsync("requests", cancellationToken);
        var requests = answer["requests"]?.AsArray() ?? [];
        client.Print(answer, output => Terminal.Table(
            output,
            "No pull requests.",
            ["#", "state", "incident", "opened", "what", "where"],
            requests.OfType<JsonNode>().Select(r => new[] { $"{r["number"]}", State(r), r["incident"] is { } incident ? $"#{incident}" : "", Terminal.When(r["openedAt"]), $"{r["title"]}", $"{r["url"]}" })));
        return ExitCode.Ok;
    });

    private static Command Show() => new Command("show", "One request: its text, its commits and its diff") { Number }.Does(async (client, cancellationToken) =>
    {
        var answer = await client.Daemon.GetAsync(Path(client, ""), cancellationToken);
        var diff = answer["trouble"] is null ? await client.Daemon.GetTextAsync(Path(client, "/diff"), cancellationToken) : "";
        answer["diff"] = diff;
        client.Print(answer, output => Print(output, answer, diff));
        return ExitCode.Ok;
    });

    private static void Print(TextWriter output, JsonNode answer, string diff)
    {
        var request = answer["request"] ?? answer;
        output.WriteLine($"{request["title"]}");
        output.WriteLine($"request {request["number"]}, {State(request)}, {request["branch"]} into {request["baseBranch"]}, {request["url"]}");
        output.WriteLine($"\n{Marks().Replace($"{request["body"]}", "").Trim()}\n");
        foreach (var comment in answer["comments"]?.AsArray().OfType<JsonNode>() ?? [])
        {
            output.WriteLine($"{Terminal.When(comment["at"])}  {comment["author"]}: {comment["markdown"]}\n");
        }

        if (answer["trouble"] is { } trouble)
        {
            output.WriteLine($"The branch cannot be read: {trouble}");
        }

        foreach (var commit in answer["commits"]?.AsArray().OfType<JsonNode>() ?? [])
        {
            output.WriteLine($"commit {commit["sha"]?.ToString()[..8]}  {commit["subject"]}");
        }

        output.WriteLine($"\n{diff.TrimEnd()}");
    }

    private static Command Press(string word, string says) => new Command(word, says) { Number }.Does(async (client, cancellationToken) =>
    {
        client.Say(await client.Daemon.PostAsync(Path(client, $"/{word}"), new JsonObject(), cancellationToken), $"{word}: done");
        return ExitCode.Ok;
    });

    /// <summary>The comments by which the sections of a body are found again.</summary>
    [GeneratedRegex("(?m)^<!--.*-->\n?")]
    private static partial Regex Marks();

    /// <summary>A request that may be merged is a draft until a person does.</summary>
    private static string State(JsonNode request) =>
        $"{request["state"]}" is "open" && request["isDraft"]?.GetValue<bool>() == true ? "draft" : $"{request["state"]}";

    private static string Path(Client client, string rest) => string.Create(CultureInfo.InvariantCulture, $"requests/{client.Parsed.GetValue(Number)}{rest}");
}
