using System.Collections.Immutable;
using System.Text.Json;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;

namespace Nightjar.Stories;

/// <summary>Text from outside: bounded, masked, one line where a line is meant.</summary>
public class OutsideTextStories
{
    private const string Token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

    [Fact]
    public async Task A_secret_in_a_log_line_reaches_nothing_that_leaves_the_process()
    {
        await using var world = await World.StartAsync();

        // The cut of a title goes through the token: what is left of it must not show either.
        var signal = Logged(world, $"the call to payments failed with status 401 and the token {Token} was refused", "");
        world.Logs.Digest = Seen.DigestOf(signal);
        await world.SeeAsync(signal);
        var incident = await world.OnlyIncidentAsync();
        Assert.NotNull(incident.Request);
        await world.TellAsync(incident.Id, InboxKind.GiveUp, "ann", "");

        var request = (await world.RequestsAsync())[0];
        var told = string.Join('\n', world.Told.All.Select(a => a.Title + a.Text));
        var journal = string.Join('\n', (await world.JournalAsync()).Select(e => e.Why));
        var commits = string.Join('\n', await world.Code.MessagesAsync($"main..{request.Branch}"));
        var lines = await File.ReadAllTextAsync(Path.Combine(world.Options.Folder, "state", "incidents.jsonl"));
        foreach (var text in new[] { incident.Title, request.Title, request.Body, told, journal, commits, lines, await world.Code.ReadAsync(request.Branch, incident.Change?.ReportPath ?? "") })
        {
            Assert.DoesNotContain("ghp_", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Endless_text_is_cut_at_the_door()
    {
        await using var world = await World.StartAsync();
        var endless = new string('x', 200_000);
        var frames = Enumerable.Range(0, 500).Select(i => new StackFrame($"{endless}{i}", endless, i, true)).ToImmutableArray();
        var signal = Logged(world, endless, endless) with { Frames = frames, Samples = [.. Enumerable.Repeat(endless, 50)], Source = endless, Workload = endless };
        await world.SeeAsync(signal, signal, Logged(world, endless, ""));

        var incident = await world.OnlyIncidentAsync();
        Assert.InRange(JsonSerializer.Serialize(incident, BundleFormat.Json).Length, 1, 100_000);
        Assert.All(await world.JournalAsync(), e => Assert.InRange(e.Why.Length, 1, 4_000));
    }

    [Theory]
    [InlineData("Err\u202egnirts\u202c")]
    [InlineData("Error\u0007\u001b[31m\r\nSigned-off-by: Mallory <m@example.com>")]
    public async Task A_name_that_plays_with_the_screen_is_plain_in_titles_and_commits(string errorClass)
    {
        await using var world = await World.StartAsync();
        var signal = Seen.StockGoesNegative(world.Clock.GetUtcNow()) with { Kind = SignalKind.LogTrigger, Rate = null, ErrorClass = errorClass, Message = errorClass };
        world.Logs.Digest = Seen.DigestOf(signal);
        await world.SeeAsync(signal);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.InReview, incident.State);
        Assert.DoesNotContain(incident.Title, c => char.IsControl(c) || c is >= '\u202a' and <= '\u202e');
        foreach (var message in await world.Code.MessagesAsync($"main..{incident.Request?.Branch}"))
        {
            Assert.DoesNotContain(message, c => (char.IsControl(c) && c != '\n') || c is >= '\u202a' and <= '\u202e');
            Assert.DoesNotContain("\nSigned-off-by:", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_flood_of_different_nameless_errors_does_not_swell_the_incident()
    {
        await using var world = await World.StartAsync();
        for (var i = 0; i < 300; i++)
        {
            await world.Intake.AcceptAsync(Logged(world, $"no luck with {new string((char)('a' + (i % 26)), 1 + (i / 26))}", ""), default);
        }

        await world.SeeAsync();
        var incident = await world.OnlyIncidentAsync();
        Assert.InRange(incident.Fingerprints.Length, 2, 50);
        Assert.Equal(300, (await world.Store.Folds.ReadAsync(incident.Id, default)).Sum(f => f.Count));
    }

    private static Signal Logged(World world, string message, string errorClass) => new()
    {
        Kind = SignalKind.LogTrigger,
        Service = World.Shop,
        At = world.Clock.GetUtcNow(),
        ErrorClass = errorClass,
        Message = message,
        Samples = [message],
    };
}
