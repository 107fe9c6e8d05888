using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Cli;

/// <summary><c>nightjar pr …</c>: the pull requests of the local code host.</summary>
internal static class RequestVerbs
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
        client.Print(answer, output =>
        {
            if (requests.Count == 0)
            {
                output.WriteLine("No pull requests.");
            }

            foreach (var r in requests.OfType<JsonNode>())
            {
                output.WriteLine($"{r["number"],4}  {r["state"],-7} {r["title"]}  {r["url"]}");
            }
        });
        return ExitCode.Ok;
    });

    private static Command Show() => new Command("show", "One request: its text and its diff") { Number }.Does(async (client, cancellationToken) =>
    {
        var answer = await client.Daemon.GetAsync(Path(client, ""), cancellationToken);
        var diff = client.Json ? null : await client.Daemon.GetAsync(Path(client, "/diff"), cancellationToken);
        client.Print(answer, output =>
        {
            var request = answer["request"] ?? answer;
            output.WriteLine($"{request["title"]}\n{request["state"]}  {request["branch"]} -> {request["baseBranch"]}  {request["url"]}\n");
            output.WriteLine($"{request["body"]}");
            output.WriteLine($"{diff?["diff"]}");
        });
        return ExitCode.Ok;
    });

    private static Command Press(string word, string says) => new Command(word, says) { Number }.Does(async (client, cancellationToken) =>
    {
        client.Say(await client.Daemon.PostAsync(Path(client, $"/{word}"), new JsonObject(), cancellationToken), $"{word}: done");
        return ExitCode.Ok;
    });

    private static string Path(Client client, string rest) => string.Create(CultureInfo.InvariantCulture, $"requests/{client.Parsed.GetValue(Number)}{rest}");
}
