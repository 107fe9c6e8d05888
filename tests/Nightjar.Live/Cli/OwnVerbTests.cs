using System.Text.RegularExpressions;

namespace Nightjar.Live.Cli;

/// <summary>The verbs that need no daemon: once, check, init, and the help of all.</summary>
public sealed partial class OwnVerbTests
{
    [Fact]
    public async Task Once_says_nothing_is_wrong_then_finds_then_cannot_look()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        await service.ServeAsync(well: 120, failed: 0);
        var well = await Program.RunAsync(place, "once", "--config", service.Config);
        Assert.True(well.Code == 0, well.ToString());
        Assert.Equal("Nothing is wrong.", well.Out.Trim());

        await service.ServeAsync(well: 80, failed: 60);
        var found = await Program.RunAsync(place, "once", "--config", service.Config);
        Assert.True(found.Code == 1, found.ToString());
        Assert.Contains("#1 books elevated error rate", found.Out, StringComparison.Ordinal);
        Assert.Contains(BookShop.Culprit, found.Out, StringComparison.Ordinal);
        Assert.Equal("", found.Error);

        var json = await Program.RunAsync(place, "once", "--config", service.Config, "--json");
        Assert.Equal(1, (long?)json.Json["findings"]?[0]?["number"]);
        var blind = await Program.RunAsync(place, "once", "--config", place.File("none.yaml"));
        Assert.Equal(2, blind.Code);
        await place.NothingRunsAsync();
    }

    [Fact]
    public async Task Once_asks_the_daemon_when_one_runs()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        Assert.Equal(0, (await Program.RunAsync(place, "once", "--config", service.Config)).Code);
        await service.ServeAsync(well: 80, failed: 40);
        await daemon.IncidentAsync("inReview");

        var found = await Program.RunAsync(place, "once", "--config", service.Config);
        Assert.Equal(1, found.Code);
        Assert.Contains("#1 books elevated error rate (33%)", found.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_passes_a_good_service_and_names_what_is_missing_with_what_to_do()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var good = await Program.RunAsync(place, "check", "--config", service.Config);
        Assert.True(good.Code == 0, good.ToString());
        Assert.Contains("books: repository", good.Out, StringComparison.Ordinal);

        var text = await File.ReadAllTextAsync(service.Config);
        await File.WriteAllTextAsync(service.Config, text.Replace("books.git", "books", StringComparison.Ordinal));
        var mine = await Program.RunAsync(place, "check", "--config", service.Config);
        Assert.True(mine.Code == 0, mine.ToString());
        Assert.Matches("warn  books: repository: .* is checked out in .*/books,", mine.Out);
        await File.WriteAllTextAsync(service.Config, text.Replace("books.git", "boks.git", StringComparison.Ordinal));
        var bad = await Program.RunAsync(place, "check", "--config", service.Config);
        Assert.True(bad.Code == 1, bad.ToString());
        Assert.Contains("FAIL", bad.Out, StringComparison.Ordinal);
        Assert.Contains("boks.git", bad.Out, StringComparison.Ordinal);
        Assert.Contains("->", bad.Out, StringComparison.Ordinal);

        var json = await Program.RunAsync(place, "check", "--config", service.Config, "--json");
        Assert.Contains(json.Json.AsArray(), l => (string?)l?["outcome"] == "fail");
        await File.WriteAllTextAsync(service.Config, "services: nothing\n");
        Assert.Equal(2, (await Program.RunAsync(place, "check", "--config", service.Config)).Code);
    }

    [Fact]
    public async Task Init_writes_a_configuration_that_check_accepts()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var folder = place.File("books");
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        File.Copy(service.Log, Path.Combine(folder, "logs", "books.log"));
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), """{"name":"books","scripts":{"test":"node --test"}}""");

        var wrote = await Program.RunAsync(place, "init", folder, "--config", "first.yaml");
        Assert.True(wrote.Code == 0, wrote.ToString());
        Assert.Contains("Look over:", wrote.Out, StringComparison.Ordinal);
        var checkedIt = await Program.RunAsync(place, "check", "--config", "first.yaml");
        Assert.True(checkedIt.Code is 0 or 1, checkedIt.ToString());
        Assert.Equal("", checkedIt.Error);

        var again = await Program.RunAsync(place, "init", folder, "--config", "first.yaml");
        Assert.Equal(2, again.Code);
        Assert.Contains("left alone", again.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(Place.Results, "cli-init.txt"), $"{wrote.Out}\n\n{checkedIt.Out}\n\n{await File.ReadAllTextAsync(Path.Combine(place.Work, "first.yaml"))}");
    }

    [Fact]
    public async Task Help_of_every_verb_is_printed_without_an_error()
    {
        await using var place = new Place();
        var left = new Queue<string[]>([[]]);
        var seen = 0;
        while (left.TryDequeue(out var verb))
        {
            var ran = await Program.RunAsync(place, [.. verb, "--help"]);
            Assert.True(ran is { Code: 0, Error: "" }, $"{string.Join(' ', verb)}: {ran}");
            Assert.Contains("Usage:", ran.Out, StringComparison.Ordinal);
            foreach (var sub in Commands(ran.Out))
            {
                left.Enqueue([.. verb, sub]);
            }

            seen++;
        }

        Assert.True(seen > 25, $"only {seen} verbs were found");
    }

    [Theory]
    [InlineData("incidnet", "list")]
    [InlineData("incident", "show", "one")]
    [InlineData("demo", "--patient", "none")]
    [InlineData("run", "--no-such-option")]
    public async Task A_wrong_command_line_ends_with_2_and_says_what_is_wrong(params string[] line)
    {
        await using var place = new Place();
        var ran = await Program.RunAsync(place, line);
        Assert.Equal(2, ran.Code);
        Assert.NotEqual("", ran.Error);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Commands(string help) =>
        help.IndexOf("Commands:", StringComparison.Ordinal) is >= 0 and var at ? Command().Matches(help[at..]).Select(m => m.Groups[1].Value) : [];

    [GeneratedRegex(@"(?m)^  ([a-z]+) ")]
    private static partial Regex Command();
}
