using Nightjar.Configuration;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

public class IdentityStories
{
    [Fact]
    public async Task One_bug_under_load_is_one_incident_and_one_request_whatever_the_number_of_signals()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        for (var i = 0; i < 1_000; i++)
        {
            await world.Intake.AcceptAsync(Seen.StockGoesNegative(world.Clock.GetUtcNow()), default);
        }

        await world.SeeAsync(Seen.StockGoesNegative(world.Clock.GetUtcNow()));
        var incident = await world.OnlyIncidentAsync();
        Assert.Single(await world.RequestsAsync());
        Assert.Equal(1_002, (await world.Store.Folds.ReadAsync(incident.Id, default)).Sum(f => f.Count));
    }

    [Fact]
    public async Task Two_bugs_in_one_service_are_two_linked_incidents()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.SeeAsync(Seen.PaymentsTimeOut(world.Clock.GetUtcNow()));

        var incidents = await world.IncidentsAsync();
        Assert.Equal(2, incidents.Length);
        Assert.Equal(incidents[0].Id, Assert.Single(incidents[1].Links).To);
        Assert.Equal(2, (await world.RequestsAsync()).Length);
    }

    [Fact]
    public async Task A_failing_probe_and_the_error_rate_of_one_fault_are_one()
    {
        await using var world = await World.StartAsync();
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow()));
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await MainJobStories.SeeTheRaceAsync(world);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(2, incident.Fingerprints.Length);
        Assert.Contains("same service", incident.Fingerprints[1].Why, StringComparison.Ordinal);
        Assert.Contains(await world.JournalAsync(), e => e.Act == "fold");
    }

    [Fact]
    public async Task The_same_service_ten_minutes_later_is_another_incident()
    {
        await using var world = await World.StartAsync();
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow()));
        await world.PassAsync(TimeSpan.FromMinutes(10));
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.Equal(2, (await world.IncidentsAsync()).Length);
    }

    [Fact]
    public async Task A_service_that_depends_on_a_failing_one_is_held_back_until_that_one_ends()
    {
        var front = new Service { Name = new ServiceName("front"), DependsOn = [World.Shop] };
        await using var world = await World.StartAsync(new WorldOptions { Others = [front] });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow(), front.Name));

        var held = (await world.IncidentsAsync())[1];
        Assert.Equal((IncidentState.Detected, new IncidentId(1)), (held.State, held.HeldBy));
        Assert.Contains("depends on it", held.Waiting, StringComparison.Ordinal);

        await world.TellAsync(new IncidentId(1), InboxKind.GiveUp, "ann", "not now");
        Assert.NotEqual(IncidentState.Detected, (await world.IncidentsAsync())[1].State);
    }

    [Fact]
    public async Task The_same_bug_after_a_resolved_incident_is_a_new_one_on_a_second_branch_with_a_second_report()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        var first = await world.OnlyIncidentAsync();
        await world.MergeAsync(1);
        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        Assert.Equal(IncidentState.Resolved, (await world.OnlyIncidentAsync()).State);

        await world.Code.CommitAsync("main", "src/Inventory.cs", $"class Inventory\n{{\n    async Task Reserve()\n    {{\n        {CodeBase.Fault}\n    }}\n}}\n", "Move the stock again", world.Clock.GetUtcNow().AddMinutes(-5));
        await MainJobStories.SeeTheRaceAsync(world);

        var second = (await world.IncidentsAsync())[1];
        Assert.Equal((first.Id, 2), (second.RecurrenceOf, second.Occurrence));
        Assert.Equal($"incident/{first.Fingerprint.Hash}-2", second.Request?.Branch);
        Assert.NotEqual(first.Change?.ReportPath, second.Change?.ReportPath);
        Assert.EndsWith($"{first.Fingerprint.Hash}-2.md", second.Change?.ReportPath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_from_before_the_end_that_a_window_still_holds_open_nothing_and_later_ones_do()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.MergeAsync(1);
        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        var ended = (await world.OnlyIncidentAsync()).EndedAt ?? default;

        await world.SeeAsync(Seen.StockGoesNegative(ended.AddSeconds(-20)));
        Assert.Equal(IncidentState.Resolved, (await world.OnlyIncidentAsync()).State);

        await world.SeeAsync(Seen.StockGoesNegative(ended.AddSeconds(1)));
        Assert.Equal(2, (await world.IncidentsAsync()).Length);
    }

    [Fact]
    public async Task A_person_splits_what_is_two_and_it_stays_two()
    {
        await using var world = await World.StartAsync();
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow()));
        await MainJobStories.SeeTheRaceAsync(world);
        var incident = await world.OnlyIncidentAsync();

        await world.TellAsync(incident.Id, InboxKind.Split, "ann", incident.Fingerprints[1].Fingerprint.Hash);
        await MainJobStories.SeeTheRaceAsync(world);
        var incidents = await world.IncidentsAsync();
        Assert.Equal([1, 1], incidents.Select(i => i.Fingerprints.Length));
    }

    [Fact]
    public async Task A_person_joins_what_is_one()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.SeeAsync(Seen.PaymentsTimeOut(world.Clock.GetUtcNow()));
        await world.TellAsync(new IncidentId(2), InboxKind.Join, "ann", "1");

        var incidents = await world.IncidentsAsync();
        Assert.Equal(IncidentOutcome.Joined, incidents[1].Outcome);
        Assert.Equal(2, incidents[0].Fingerprints.Length);
        await world.SeeAsync(Seen.PaymentsTimeOut(world.Clock.GetUtcNow()));
        Assert.Equal(2, (await world.IncidentsAsync()).Length);
    }

    [Fact]
    public async Task What_a_person_joined_is_one_when_it_comes_back()
    {
        await using var world = await World.StartAsync(new WorldOptions { Change = NoCoolDown });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.SeeAsync(Seen.PaymentsTimeOut(world.Clock.GetUtcNow()));
        await world.TellAsync(new IncidentId(2), InboxKind.Join, "ann", "1");
        await world.TellAsync(new IncidentId(1), InboxKind.GiveUp, "ann", "known");

        await world.PassAsync(TimeSpan.FromMinutes(10));
        await world.SeeAsync(Seen.PaymentsTimeOut(world.Clock.GetUtcNow()));
        await MainJobStories.SeeTheRaceAsync(world);
        var incidents = await world.IncidentsAsync();
        Assert.Equal(3, incidents.Length);
        Assert.Contains("a person joined", incidents[2].Fingerprints[1].Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_person_split_is_two_when_it_comes_back(bool raceFirst)
    {
        await using var world = await World.StartAsync(new WorldOptions { Change = NoCoolDown });
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow()));
        await MainJobStories.SeeTheRaceAsync(world);
        var incident = await world.OnlyIncidentAsync();
        await world.TellAsync(incident.Id, InboxKind.Split, "ann", incident.Fingerprints[1].Fingerprint.Hash);
        await MainJobStories.SeeTheRaceAsync(world);
        await world.TellAsync(new IncidentId(1), InboxKind.GiveUp, "ann", "known");
        await world.TellAsync(new IncidentId(2), InboxKind.GiveUp, "ann", "known");

        await world.PassAsync(TimeSpan.FromMinutes(10));
        foreach (var isRace in new[] { raceFirst, !raceFirst })
        {
            await (isRace ? MainJobStories.SeeTheRaceAsync(world) : world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow())));
        }

        Assert.Equal([1, 1, 1, 1], (await world.IncidentsAsync()).Select(i => i.Fingerprints.Length));
    }

    [Fact]
    public async Task A_probe_that_was_folded_in_does_not_cool_down_with_the_bug()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow()));
        await world.TellAsync((await world.OnlyIncidentAsync()).Id, InboxKind.GiveUp, "ann", "known");
        await world.PassAsync(TimeSpan.FromSeconds(2));

        await MainJobStories.SeeTheRaceAsync(world);
        Assert.Single(await world.IncidentsAsync());
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow()));
        Assert.Equal(2, (await world.IncidentsAsync()).Length);
    }

    private static NightjarOptions NoCoolDown(NightjarOptions options) => options with { Conduct = options.Conduct with { CoolDown = TimeSpan.Zero } };

    [Fact]
    public async Task A_silenced_service_opens_nothing_and_every_signal_is_counted()
    {
        await using var world = await World.StartAsync();
        await world.Store.Silences.AddAsync("shop", null, world.Clock.GetUtcNow().AddHours(1), "ann", "stock taking", default);
        await MainJobStories.SeeTheRaceAsync(world);
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.Empty(await world.IncidentsAsync());
        var held = Assert.Single(await world.Store.Ledger.HeldBackAsync(10, default));
        Assert.Equal(2, held.Count);

        await world.PassAsync(TimeSpan.FromHours(1));
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.Single(await world.IncidentsAsync());
    }

    [Theory]
    [InlineData("\"; rm -rf /")]
    [InlineData("../../etc/passwd")]
    [InlineData("line\nbreak")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("$(touch pwned)")]
    [InlineData("--upload-pack=touch pwned")]
    [InlineData("<!-- nightjar:fix -->")]
    public async Task A_hostile_name_is_data_wherever_it_goes(string hostile)
    {
        var name = new ServiceName(hostile);
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Name = name } });
        var signal = Seen.StockGoesNegative(world.Clock.GetUtcNow()) with { Service = name, ErrorClass = hostile, Message = hostile };
        world.Logs.Digest = Seen.DigestOf(signal);
        await world.SeeAsync(signal);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.InReview, incident.State);
        Assert.Matches("^incident/[0-9a-f]{8}$", incident.Request?.Branch);
        Assert.Matches("^docs/incidents/[0-9-]+[0-9a-f]{8}\\.md$", incident.Change?.ReportPath);
        Assert.False(File.Exists(Path.Combine(world.Options.Folder, "pwned")));
        var body = (await world.RequestsAsync())[0].Body;
        Assert.Equal(1, body.Split("<!-- nightjar:fix -->").Length - 1);
        Assert.DoesNotContain("\n", incident.Title, StringComparison.Ordinal);
        Assert.Equal(3, (await world.Code.SubjectsAsync($"main..{incident.Request?.Branch}")).Length);
    }
}
