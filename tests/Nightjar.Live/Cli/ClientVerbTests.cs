using System.Text.RegularExpressions;

namespace Nightjar.Live.Cli;

/// <summary>The verbs that speak to a daemon, from another process. What they print is kept in TestResults/cli.txt to be read.</summary>
public sealed partial class ClientVerbTests
{
    [Fact]
    public async Task A_person_takes_an_incident_from_its_opening_to_its_end_by_the_command_line()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        await using var kept = new Transcript("cli-incident.txt", daemon);

        Assert.Contains("No open incidents", await kept.OkAsync("incident", "list"), StringComparison.Ordinal);
        Assert.Contains("No pull requests", await kept.OkAsync("pr", "list"), StringComparison.Ordinal);
        Assert.Matches("dependency-first +restart-dependency, then restart +never tried", await kept.OkAsync("playbook", "list"));
        await service.ServeAsync(well: 80, failed: 40);
        await daemon.IncidentAsync("inReview");

        Assert.Contains("books elevated error rate (33%)", await kept.OkAsync("incident", "list"), StringComparison.Ordinal);
        Assert.Contains("books", await kept.OkAsync("status"), StringComparison.Ordinal);
        var shown = await kept.OkAsync("incident", "show", "1");
        Assert.Contains(BookShop.Culprit, shown, StringComparison.Ordinal);
        Assert.Contains("src/price.js", shown, StringComparison.Ordinal);
        Assert.DoesNotMatch(EmptyColumn(), shown);
        Assert.Contains("#1 is acknowledged", await kept.OkAsync("incident", "ack", "1", "--reason", "mine"), StringComparison.Ordinal);
        Assert.Contains("acknowledged (mine)", await kept.OkAsync("incident", "show", "1"), StringComparison.Ordinal);
        Assert.Contains("/requests/1", await kept.OkAsync("pr", "list"), StringComparison.Ordinal);
        var request = await kept.OkAsync("pr", "show", "1");
        Assert.Contains("## Incident report", request, StringComparison.Ordinal);
        Assert.DoesNotContain("<!--", request, StringComparison.Ordinal);
        Assert.Contains("-  if (!member) throw new MissingDiscountError", request, StringComparison.Ordinal);
        Assert.Contains("merged", await kept.OkAsync("pr", "merge", "1"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("already", await kept.FailsAsync(1, "pr", "merge", "1"), StringComparison.Ordinal);
        Assert.Contains("There is no request 9", await kept.FailsAsync(1, "pr", "merge", "9"), StringComparison.Ordinal);
        await daemon.IncidentAsync("verifying");
        Assert.Contains("1 incident of books told", await kept.OkAsync("deployed", "books", await service.HeadAsync()), StringComparison.Ordinal);
        await daemon.WaitAsync("the window to begin", n => n["incident"]?["verification"]?["runningSince"] is not null, "incidents/1");
        for (var i = 0; (string?)(await daemon.GetAsync("incidents/1"))["incident"]?["state"] == "verifying" && i < 30; i++)
        {
            await service.ServeAsync(well: 20, failed: 0);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await daemon.IncidentAsync("resolved");
        Assert.Contains("No open incidents", await kept.OkAsync("incident", "list"), StringComparison.Ordinal);
        Assert.Contains("resolved", await kept.OkAsync("incident", "list", "--all"), StringComparison.Ordinal);
        Assert.Contains("0.0 %", await kept.OkAsync("incident", "show", "1"), StringComparison.Ordinal);
        Assert.Contains("merged", await kept.OkAsync("pr", "list"), StringComparison.Ordinal);
        Assert.Contains("resolved", await kept.FailsAsync(1, "incident", "ack", "1"), StringComparison.Ordinal);
        Assert.Contains("There is no incident #7", await kept.FailsAsync(1, "incident", "show", "7"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_incident_is_steered_by_the_command_line()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        await using var kept = new Transcript("cli-steer.txt", daemon);
        await service.ServeAsync(well: 80, failed: 40);
        await daemon.IncidentAsync("inReview");

        Assert.Contains("no such fingerprint", await kept.FailsAsync(1, "incident", "split", "1", "00000000"), StringComparison.Ordinal);
        Assert.Contains("There is no incident #9", await kept.FailsAsync(1, "incident", "join", "1", "9"), StringComparison.Ordinal);
        Assert.Contains("nothing", await kept.FailsAsync(1, "reject", "1"), StringComparison.OrdinalIgnoreCase);
        await kept.OkAsync("pr", "close", "1");
        await daemon.IncidentAsync("gaveUp");
        Assert.Contains("closed", await kept.OkAsync("pr", "list"), StringComparison.Ordinal);

        await kept.OkAsync("incident", "retry", "1", "--reason", "look again");
        await daemon.IncidentAsync("inReview");
        Assert.Contains("/requests/2", await kept.OkAsync("pr", "list"), StringComparison.Ordinal);
        await kept.OkAsync("incident", "giveup", "1", "--reason", "we live with it");
        await daemon.IncidentAsync("gaveUp");
        Assert.Contains("we live with it", await kept.OkAsync("incident", "show", "1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silences_pauses_links_and_backups_are_made_by_the_command_line()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        await using var kept = new Transcript("cli-daemon.txt", daemon);

        Assert.Contains("No silences", await kept.OkAsync("silence", "list"), StringComparison.Ordinal);
        Assert.Contains("books", await kept.OkAsync("silence", "add", "--service", "books", "--for", "2h", "--reason", "moving house"), StringComparison.Ordinal);
        Assert.Contains("moving house", await kept.OkAsync("silence", "list"), StringComparison.Ordinal);
        Assert.Contains("silence", await kept.FailsAsync(1, "investigate", "books"), StringComparison.Ordinal);
        await kept.OkAsync("silence", "end", "1");
        Assert.Contains("There is no silence 1", await kept.FailsAsync(1, "silence", "end", "1"), StringComparison.Ordinal);
        await kept.FailsAsync(2, "silence", "add", "--for", "1h");
        await kept.FailsAsync(2, "silence", "add", "--service", "books", "--for", "soon");

        await kept.OkAsync("pause", "--reason", "a change freeze");
        Assert.Contains("a change freeze", await kept.OkAsync("status"), StringComparison.Ordinal);
        Assert.Contains("incident #1", await kept.OkAsync("investigate", "books"), StringComparison.Ordinal);
        await daemon.WaitAsync("the pause to be seen", n => $"{n["incident"]?["waiting"]}".Contains("a change freeze", StringComparison.Ordinal), "incidents/1");
        Assert.Empty((await daemon.GetAsync("requests"))["requests"]?.AsArray() ?? []);
        await kept.OkAsync("resume");
        Assert.DoesNotContain("a change freeze", await kept.OkAsync("status"), StringComparison.Ordinal);
        Assert.Contains("Nobody looks after", await kept.FailsAsync(1, "investigate", "boks"), StringComparison.Ordinal);

        var link = (await kept.OkAsync("signin")).Trim();
        using var http = new HttpClient();
        Assert.Contains("This link signs you in", await http.GetStringAsync(link), StringComparison.Ordinal);

        var copy = place.File("copy.db");
        await kept.OkAsync("backup", copy);
        Assert.Contains("copy.db", await kept.FailsAsync(1, "backup", copy), StringComparison.Ordinal);
        await daemon.StopAsync();
        await OpensAsync(place, service, copy);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("incident", "list")]
    [InlineData("pr", "merge", "1")]
    [InlineData("signin")]
    public async Task Without_a_daemon_a_client_ends_with_3_and_says_how_to_start_one(params string[] verb)
    {
        await using var place = new Place();
        var ran = await Program.RunAsync(place, verb);
        Assert.Equal(3, ran.Code);
        Assert.Contains("nightjar run", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_of_every_listing_can_be_read_by_a_program()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        await service.ServeAsync(well: 80, failed: 40);
        await daemon.IncidentAsync("inReview");

        Assert.Equal(1, (long?)(await daemon.CliAsync("incident", "list", "--json")).Json["incidents"]?[0]?["number"]);
        Assert.Equal("inReview", (string?)(await daemon.CliAsync("incident", "show", "1", "--json")).Json["incident"]?["state"]);
        Assert.True((bool?)(await daemon.CliAsync("incident", "ack", "1", "--json")).Json["done"]);
        Assert.Equal("books", (string?)(await daemon.CliAsync("pr", "list", "--json")).Json["requests"]?[0]?["service"]);
        Assert.Contains("discountOf", (string?)(await daemon.CliAsync("pr", "show", "1", "--json")).Json["diff"], StringComparison.Ordinal);
        Assert.Equal(1, (long?)(await daemon.CliAsync("status", "--json")).Json["openIncidents"]);
        Assert.Empty((await daemon.CliAsync("silence", "list", "--json")).Json["silences"]?.AsArray() ?? []);
        Assert.NotNull((string?)(await daemon.CliAsync("signin", "--json")).Json["url"]);
        Assert.NotNull((string?)(await daemon.CliAsync("backup", place.File("copy.db"), "--json")).Json["file"]);
    }

    /// <summary>A daemon on the copy knows what the first one knew.</summary>
    private static async Task OpensAsync(Place place, BookShop service, string copy)
    {
        foreach (var file in Directory.EnumerateFiles(place.State, "nightjar.db*"))
        {
            File.Delete(file);
        }

        File.Copy(copy, Path.Combine(place.State, "nightjar.db"));
        var again = await service.RunAsync();
        Assert.Equal("books", (string?)(await again.GetAsync("incidents/1"))["incident"]?["service"]);
    }

    /// <summary>A name without its value.</summary>
    [GeneratedRegex(@"(?m)^  [a-z]+ *$")]
    private static partial Regex EmptyColumn();
}
