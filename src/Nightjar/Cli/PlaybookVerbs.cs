using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Cli;

/// <summary>What is healed by itself, and how well.</summary>
internal static class PlaybookVerbs
{
    public static Command Make() => new("playbook", "What is healed by itself, and how well") { List() };

    private static Command List() => new Command("list", "The playbooks in force, the open incidents that they fit, and how often they helped").Does(async (client, cancellationToken) =>
    {
        var answer = await client.Daemon.GetAsync("playbooks", cancellationToken);
        client.Print(answer, output =>
        {
            foreach (var fault in answer["faults"]?.AsArray() ?? [])
            {
                output.WriteLine($"NOT TAKEN: {fault}");
            }

            if (answer["stop"] is { } stop)
            {
                output.WriteLine($"STOPPED since {Terminal.When(stop["since"])}: {stop["why"]} (let it go on with: nightjar resume)");
            }

            Terminal.Table(
                output,
                "No playbooks.",
                ["playbook", "does", "helped", "fits now", "for"],
                (answer["playbooks"]?.AsArray() ?? []).OfType<JsonNode>().Select(p => new[] { $"{p["name"]}", List(p["do"], ", then "), Helped(p), List(p["matches"], ", ", "#"), $"{p["says"]}" }));
            if (answer["healed"] is { } healed)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Of {healed["ended"]} incidents that ended in {healed["days"]} days {healed["healed"]} were healed, by what was verified; {healed["unhealed"]} open ones could not be."));
            }
        });
        return ExitCode.Ok;
    });

    private static string Helped(JsonNode playbook)
    {
        var (verified, failed) = ((long?)playbook["verified"] ?? 0, (long?)playbook["failed"] ?? 0);
        return verified + failed == 0 ? "never tried" : string.Create(CultureInfo.InvariantCulture, $"{verified} of {verified + failed}");
    }

    private static string List(JsonNode? items, string between, string before = "") => string.Join(between, (items?.AsArray() ?? []).Select(i => $"{before}{i}"));
}
