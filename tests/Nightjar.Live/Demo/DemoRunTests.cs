using System.Text.Json.Nodes;
using Nightjar.Testing;

namespace Nightjar.Live.Demo;

/// <summary>The demo as a new user starts it, with the real shop, git, fence and clock.</summary>
public sealed class DemoRunTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task The_race_is_found_mended_merged_and_verified()
    {
        await using var place = new Place();
        var (ran, told) = await PlayAsync(place, "race");

        Assert.True(ran.Code == 0, ran.ToString());
        Assert.Single(told, e => e.Act == "opened");
        Assert.Single(told, e => e.What.StartsWith("opened a draft request", StringComparison.Ordinal));
        Assert.Contains(told, e => e.What.StartsWith("Proposing:", StringComparison.Ordinal) && e.What.Contains(Culprit(), StringComparison.Ordinal) && e.What.Contains(".cs:", StringComparison.Ordinal));
        var check = Assert.Single(told, e => e.What.Contains("fence:", StringComparison.Ordinal)).What;
        Assert.Contains(File.Exists("/usr/bin/bwrap") ? "fence: bubblewrap" : "fence: none", check, StringComparison.Ordinal);
        var verdict = told.Single(e => e.Facts?["customers"] is not null).Facts?["customers"];
        Assert.Equal(0, (long?)verdict?["failures"]);
        Assert.True((long?)verdict?["requests"] > 0, $"{verdict}");
        Assert.Matches(@"Resolved: error rate [0-9.]+ % .* 0\.0 % \(0 of [1-9]", told.Single(e => e.What.StartsWith("Resolved:", StringComparison.Ordinal)).What);
        await place.NothingRunsAsync();
    }

    [Fact]
    public async Task The_Claude_Code_program_finds_the_race_and_writes_the_fix()
    {
        Assert.SkipWhen(AgentLab.Program is null, "the Claude Code program is not here: ./nightjar test fetches it with npm (@anthropic-ai/claude-code)");
        Assert.SkipWhen(!File.Exists("/usr/bin/bwrap"), "bubblewrap is not here (Debian: apt-get install bubblewrap)");
        await using var place = new Place();
        place.Variables["PATH"] = $"{Path.GetDirectoryName(AgentLab.Program)}:{Environment.GetEnvironmentVariable("PATH")}";

        var (ran, told) = await PlayAsync(place, "race", "--agent", "claude-code");

        Assert.True(ran.Code == 0, ran.ToString());
        Assert.Contains(told, e => e.What.Contains("claude-code", StringComparison.Ordinal));
        Assert.Contains(told, e => e.What.StartsWith("Resolved:", StringComparison.Ordinal));
        var bare = Path.Combine(DemoFolder(place), "shop.git");
        var fix = await Git.LinesAsync(bare, "log", "--format=%s", "--grep=^fix", "main");
        Assert.Single(fix);
        Assert.DoesNotContain(fix, s => s.Contains("Revert", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(2, Directory.GetFiles(DemoFolder(place), "*-1.jsonl", SearchOption.AllDirectories).Length);
        await place.NothingRunsAsync();
    }

    [Fact]
    public async Task A_person_merges_from_another_terminal()
    {
        await using var place = new Place();
        var demo = Program.Start(place, "demo", "--json");
        await demo.SaysAsync("press Merge", Longest);

        var merged = await Program.RunAsync(place, "pr", "merge", "1");
        Assert.True(merged.Code == 0, merged.ToString());
        var ran = await demo.EndAsync(Longest);
        Assert.True(ran.Code == 0, ran.ToString());
        await place.NothingRunsAsync();
    }

    [Fact]
    public async Task An_unknown_cause_ends_with_a_person_and_without_a_fix()
    {
        await using var place = new Place();
        var (ran, told) = await PlayAsync(place, "unknown-cause");

        Assert.True(ran.Code == 0, ran.ToString());
        Assert.Contains(told, e => e.What.StartsWith("NeedsHuman: No fix could be proposed", StringComparison.Ordinal));
        Assert.Contains(told, e => e.What.StartsWith("ruled out:", StringComparison.Ordinal));
        var bare = Path.Combine(DemoFolder(place), "shop.git");
        var branch = Assert.Single(await Git.LinesAsync(bare, "for-each-ref", "--format=%(refname:short)", "refs/heads/incident"));
        Assert.DoesNotContain(await Git.LinesAsync(bare, "log", "--format=%s", $"main..{branch}"), s => s.StartsWith("fix", StringComparison.Ordinal));
        Assert.Contains(await Git.LinesAsync(bare, "diff", "--name-only", $"main...{branch}"), f => f.StartsWith("docs/incidents/", StringComparison.Ordinal));
        await place.NothingRunsAsync();
    }

    [Fact]
    public async Task With_a_healthy_shop_no_incident_opens()
    {
        await using var place = new Place();
        await NoIncidentAsync(place, "healthy");
    }

    [Fact]
    public async Task With_the_race_mended_by_hand_no_incident_opens()
    {
        await using var place = new Place();
        var home = place.File("home");
        Copy(Path.Combine(Place.Repository, "samples", "shop"), Path.Combine(home, "samples", "shop"));
        MendByHand(Path.Combine(home, "samples", "shop"));
        place.Variables["NIGHTJAR_HOME"] = home;

        await NoIncidentAsync(place, "race");
    }

    [Fact]
    public async Task Interrupted_in_the_middle_it_leaves_no_process_behind()
    {
        await using var place = new Place();
        var demo = Program.Start(place, "demo", "--headless", "--json");
        await demo.SaysAsync("looked for a fix", TimeSpan.FromMinutes(2));

        demo.Send("INT", toGroup: true);
        var ran = await demo.EndAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(0, ran.Code);
        Assert.Contains("stopped; the shop and Nightjar are gone", ran.Out, StringComparison.Ordinal);
        await place.NothingRunsAsync();
    }

    private static async Task NoIncidentAsync(Place place, string patient)
    {
        var (ran, told) = await PlayAsync(place, patient);

        Assert.True(ran.Code == 0, ran.ToString());
        Assert.DoesNotContain(told, e => e.Act == "opened");
        Assert.Contains(told, e => e.What.StartsWith("no incident opened", StringComparison.Ordinal) && (long?)e.Facts?["requests"] > 1_000);
        await place.NothingRunsAsync();
    }

    private static async Task<(Ran Ran, IReadOnlyList<Told> Told)> PlayAsync(Place place, string patient, params string[] more)
    {
        var demo = Program.Start(place, ["demo", "--headless", "--json", "--patient", patient, .. more]);
        var ran = await demo.EndAsync(Longest);
        return (ran, [.. demo.Lines.Select(Told.Of)]);
    }

    private static string DemoFolder(Place place) => Path.Combine(place.Variables["XDG_STATE_HOME"], "nightjar", "demo");

    /// <summary>The subject of the commit that brought the race in.</summary>
    private static string Culprit()
    {
        var folder = Directory.EnumerateDirectories(Path.Combine(Place.Repository, "samples", "shop", "history"), "07*").Single();
        var message = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "commit.json")))?["message"]?.GetValue<string>() ?? "";
        return message.Split('\n')[0];
    }

    /// <summary>Looks and takes in one step in the warehouse, where nobody can come in between.</summary>
    private static void MendByHand(string sample)
    {
        var code = Path.Combine(sample, "history", "07-async-inventory", "tree", "src", "Shop");
        Replace(
            Path.Combine(code, "InventoryRepository.cs"),
            """
                    var left = await warehouse.ChangeAsync(sku, -quantity, cancellationToken);
                    Audited(sku, left);
                    return true;
            """,
            """
                    return await warehouse.TryTakeAsync(sku, quantity, cancellationToken);
            """);
        Replace(
            Path.Combine(code, "Warehouse.cs"),
            """
                /// <summary>Returns what is left.</summary>
            """,
            """
                public async Task<bool> TryTakeAsync(string sku, int quantity, CancellationToken cancellationToken)
                {
                    await Task.Delay(RoundTrip, cancellationToken);
                    while (stock.GetValueOrDefault(sku) is var before && before >= quantity)
                    {
                        if (stock.TryUpdate(sku, before - quantity, before))
                        {
                            return true;
                        }
                    }

                    return false;
                }

                /// <summary>Returns what is left.</summary>
            """);
    }

    private static void Replace(string file, string old, string mended)
    {
        var text = File.ReadAllText(file);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(old, mended, StringComparison.Ordinal));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy) ?? to);
            File.Copy(file, copy);
        }
    }

    /// <summary>One line of <c>--json</c>.</summary>
    private sealed record Told(string Who, string What, string? Act, JsonNode? Facts)
    {
        public static Told Of(string line)
        {
            var node = JsonNode.Parse(line) ?? throw new FormatException(line);
            var facts = node["facts"];
            return new Told($"{node["who"]}", $"{node["what"]}", facts is JsonObject o && o["act"] is { } act ? $"{act}" : null, facts);
        }
    }
}
