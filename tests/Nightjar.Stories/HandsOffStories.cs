using System.Security.Cryptography;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

/// <summary>Dry run, proposals off, pause: what must not be touched is not touched.</summary>
public class HandsOffStories
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_request_from_before_is_left_alone_too(bool proposals, bool dryRun)
    {
        var options = new WorldOptions { DeleteAtEnd = false, Service = s => s with { Check = new CheckCommand("false") }, Review = new ReviewOptions { Poll = TimeSpan.FromMinutes(10) } };
        await using (var before = await World.StartAsync(options))
        {
            await MainJobStories.SeeTheRaceAsync(before);
            Assert.Equal(IncidentState.NeedsHuman, (await before.OnlyIncidentAsync()).State);
        }

        await using var world = await World.StartAsync(options with { DeleteAtEnd = true, Service = s => s, Change = o => o with { Conduct = o.Conduct with { Proposals = proposals, DryRun = dryRun } } });
        var (head, request) = (await world.Code.HeadAsync((await world.RequestsAsync())[0].Branch), (await world.RequestsAsync())[0]);
        world.Logs.Digest = Seen.DigestOf(Seen.StockGoesNegative(world.Clock.GetUtcNow()));
        await world.TellAsync(new IncidentId(1), InboxKind.Retry, "ann", "");
        await world.PassAsync(TimeSpan.FromHours(2));

        Assert.Equal(head, await world.Code.HeadAsync(request.Branch));
        var after = Assert.Single(await world.RequestsAsync());
        Assert.Equal((request.Body, request.Title, string.Join(' ', request.Labels)), (after.Body, after.Title, string.Join(' ', after.Labels)));
        Assert.Empty(await world.Store.Requests.CommentsAsync(1, default));
    }

    [Fact]
    public async Task A_dry_run_changes_no_file_outside_its_state_folder()
    {
        await using var world = await World.StartAsync(new WorldOptions { Change = o => o with { Conduct = o.Conduct with { DryRun = true } } });
        var before = Files(world);
        await MainJobStories.SeeTheRaceAsync(world);
        await world.TellAsync(new IncidentId(1), InboxKind.Approve, "ann", "");
        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));

        Assert.Equal(IncidentState.Resolved, (await world.OnlyIncidentAsync()).State);
        Assert.Equal(before, Files(world));
    }

    [Fact]
    public async Task A_pause_in_the_middle_of_a_stage_stops_its_next_act()
    {
        World? world = null;
        var options = new WorldOptions
        {
            Reached = point =>
            {
                if (world is { } w && point.StartsWith("propose:check-", StringComparison.Ordinal) && point.EndsWith(":done", StringComparison.Ordinal))
                {
                    w.Store.Pause.SetAsync(new Pause("ann", "stop", w.Clock.GetUtcNow()), default).GetAwaiter().GetResult();
                }
            },
        };
        await using var running = world = await World.StartAsync(options);
        await MainJobStories.SeeTheRaceAsync(world);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Proposing, "paused by ann: stop", 0), (incident.State, incident.Waiting, incident.Attempts));
        Assert.Single(await world.Code.SubjectsAsync($"main..incident/{incident.Fingerprint.Hash}"));

        await world.Store.Pause.SetAsync(null, default);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(IncidentState.InReview, (await world.OnlyIncidentAsync()).State);
    }

    [Fact]
    public async Task A_silence_of_one_fingerprint_does_not_hide_the_other()
    {
        await using var world = await World.StartAsync();
        var (race, health) = (Seen.StockGoesNegative(world.Clock.GetUtcNow()), Seen.HealthFails(world.Clock.GetUtcNow()));
        world.Logs.Digest = Seen.DigestOf(race);
        await world.Intake.AcceptAsync(race, default);
        await world.Intake.AcceptAsync(health, default);
        await SilenceAsync(world, Nightjar.Core.Signals.Fingerprint.Of(health, default).Hash);
        await world.SettleAsync();
        Assert.Equal(IncidentState.InReview, (await world.OnlyIncidentAsync()).State);
    }

    [Fact]
    public async Task A_silence_that_is_ended_early_ends_early()
    {
        await using var world = await World.StartAsync();
        var race = Seen.StockGoesNegative(world.Clock.GetUtcNow());
        world.Logs.Digest = Seen.DigestOf(race);
        await world.Intake.AcceptAsync(race, default);
        var silence = await SilenceAsync(world, null);
        await world.SettleAsync();
        Assert.Equal(IncidentState.Suppressed, (await world.OnlyIncidentAsync()).State);

        await world.Store.Silences.EndAsync(silence.Id, world.Clock.GetUtcNow(), default);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(IncidentState.InReview, (await world.OnlyIncidentAsync()).State);
    }

    private static Task<Silence> SilenceAsync(World world, string? hash) =>
        world.Store.Silences.AddAsync("shop", hash, world.Clock.GetUtcNow().AddHours(24), "ann", "known", default);

    /// <summary>Every file of the story but those in the state folder, with a hash of what is in it.</summary>
    private static List<string> Files(World world) =>
    [
        .. Directory.EnumerateFiles(world.Options.Folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.StartsWith(Path.Combine(world.Options.Folder, "state"), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(f => $"{f} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}"),
    ];
}
