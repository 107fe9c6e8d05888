namespace Nightjar.Live.Cli;

/// <summary>A daemon that is not on this machine, as a cron job in a pod of its own asks it.</summary>
public sealed class ElsewhereTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Once_asks_the_daemon_that_is_named_for_a_pass_and_keeps_no_store()
    {
        await using var there = new Place();
        var port = BookShop.FreePort();
        await using var daemon = await DaemonAsync(there, port);
        await using var here = new Place();
        (here.Variables["NIGHTJAR_DAEMON"], here.Variables["NIGHTJAR_TOKEN"]) = ($"http://127.0.0.1:{port}", Token);
        var config = await ConfigureAsync(here, BookShop.FreePort());

        var once = await Program.RunAsync(here, "once", "--config", config);
        Assert.True(once.Code == 0, once.ToString());
        Assert.Contains("Nothing is wrong", once.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(here.State), "it made a store of its own");

        var run = Assert.Single((await Program.RunAsync(here, "runs", "list", "--json")).Json["runs"]?.AsArray() ?? []);
        Assert.Equal(("ok", "observe", 0), ($"{run?["status"]}", $"{run?["mode"]}", run?["error_count"]?.GetValue<int>()));
        var shown = await Program.RunAsync(here, "runs", "show", $"{run?["id"]}");
        Assert.True(shown.Code == 0 && shown.Out.Contains("a pass", StringComparison.Ordinal) && shown.Out.Contains("ended: ok", StringComparison.Ordinal), shown.ToString());
    }

    [Theory]
    [InlineData("another token of thirty-two characters", "http://127.0.0.1:{port}")]
    [InlineData("short", "http://127.0.0.1:{port}")]
    [InlineData(Token, "ftp://{port}'; $(id)")]
    [InlineData(Token, "http://127.0.0.1:1")]
    public async Task Who_cannot_ask_it_could_not_look(string token, string address)
    {
        await using var there = new Place();
        var port = BookShop.FreePort();
        await using var daemon = await DaemonAsync(there, port);
        await using var here = new Place();
        (here.Variables["NIGHTJAR_DAEMON"], here.Variables["NIGHTJAR_TOKEN"]) = (address.Replace("{port}", $"{port}", StringComparison.Ordinal), token);
        var once = await Program.RunAsync(here, "once", "--config", await ConfigureAsync(here, BookShop.FreePort()));
        Assert.True(once.Code == 2 && once.Error.Contains("nightjar: ", StringComparison.Ordinal), once.ToString());
        Assert.DoesNotContain("   at ", once.Error, StringComparison.Ordinal);
    }

    private static async Task<Program> DaemonAsync(Place place, int port)
    {
        place.Variables["NIGHTJAR_TOKEN"] = Token;
        var program = Program.Start(place, "run", "--config", await ConfigureAsync(place, port));
        await program.SaysAsync("Sign in", TimeSpan.FromSeconds(40));
        return program;
    }

    private static async Task<string> ConfigureAsync(Place place, int port)
    {
        var (config, log) = (Path.Combine(place.Work, "nightjar.yaml"), place.File("books.log"));
        await File.WriteAllTextAsync(log, "");
        await File.WriteAllTextAsync(config, $"state: {place.State}\ndashboard: {{ listen: 127.0.0.1:{port} }}\nservices:\n  - {{ name: books, logs: {log} }}\n");
        return config;
    }
}
