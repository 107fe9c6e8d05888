using Microsoft.Extensions.DependencyInjection;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Stories;

/// <summary>The limits that hold whatever an agent does.</summary>
public class GuardStories
{
    [Fact]
    public async Task The_sixth_request_of_an_hour_waits_for_its_turn_is_told_once_and_survives_a_restart()
    {
        var options = new WorldOptions { DeleteAtEnd = false, Review = SlowReview };
        DateTimeOffset began;
        await using (var before = await World.StartAsync(options))
        {
            began = before.Clock.GetUtcNow();
            for (var i = 0; i < 6; i++)
            {
                await SeeAsync(before, i);
                await before.PassAsync(TimeSpan.FromMinutes(1));
            }

            Assert.Equal(5, (await before.RequestsAsync()).Length);
            Assert.Single(before.Told.All, a => a.Title.Contains("has no draft request yet", StringComparison.Ordinal));
        }

        await using var world = await World.StartAsync(options with { DeleteAtEnd = true });
        world.Logs.Digest = Seen.DigestOf(Problem(world, 5));
        var queued = (await world.IncidentsAsync())[5];
        Assert.Equal((IncidentState.Investigating, null, 0, began.AddHours(1)), (queued.State, queued.Request, queued.Attempts, queued.NextDue));
        Assert.Contains("5 draft requests were opened within the hour, and 5 is the limit", queued.Waiting, StringComparison.Ordinal);

        await world.PassAsync(TimeSpan.FromMinutes(50));
        Assert.Equal(5, (await world.RequestsAsync()).Length);
        await world.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(6, (await world.RequestsAsync()).Length);
        queued = (await world.IncidentsAsync())[5];
        Assert.Null(queued.RequestWaits);
        Assert.NotEqual(IncidentState.Investigating, queued.State);
        Assert.DoesNotContain(world.Told.All, a => a.Title.Contains("has no draft request yet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_incidents_at_once_do_not_pass_the_limit_together()
    {
        await using var world = await World.StartAsync(new WorldOptions { Review = SlowReview, Change = o => o with { Limits = new RequestLimits { RequestsPerHour = 3 } } });
        var queue = world.Part<RequestQueue>();
        var answers = await Task.WhenAll(Enumerable.Range(1, 50).Select(i => Task.Run(() => queue.AskAsync(Bare(world, i), default))));
        Assert.Equal(3, answers.Count(a => a is null));
        Assert.All(answers.OfType<RequestRefusal>(), r => Assert.Equal(world.Clock.GetUtcNow().AddHours(1), r.Until));
        Assert.Equal(3, (await world.Store.Slots.SinceAsync(DateTimeOffset.UnixEpoch, default)).Count);
    }

    [Fact]
    public async Task Beyond_the_backlog_incidents_are_only_investigated_until_people_catch_up()
    {
        await using var world = await World.StartAsync(new WorldOptions { Review = SlowReview, Change = o => o with { Limits = new RequestLimits { OpenRequests = 2 } } });
        for (var i = 0; i < 3; i++)
        {
            await SeeAsync(world, i);
        }

        var third = (await world.IncidentsAsync())[2];
        Assert.Equal(2, (await world.RequestsAsync()).Length);
        Assert.Equal((IncidentState.Proposing, null), (third.State, third.Request));
        Assert.NotNull(third.Finding?.Suspect);
        Assert.Contains("2 draft requests are open", third.Waiting, StringComparison.Ordinal);
        await world.PassAsync(TimeSpan.FromMinutes(10));
        var told = Assert.Single(world.Told.All, a => a.Title.Contains("has no draft request yet", StringComparison.Ordinal));
        Assert.Contains(third.Finding?.RootCause ?? "", told.Text, StringComparison.Ordinal);
        Assert.Equal(2, (await world.RequestsAsync()).Length);

        await world.CloseAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        third = (await world.IncidentsAsync())[2];
        Assert.Equal(IncidentState.InReview, third.State);
        Assert.Single(third.Phases, p => p.Phase == "phase1");
        Assert.Contains(third.Finding?.Suspect?.Short ?? "", (await world.RequestsAsync())[2].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_problems_that_fail_in_a_row_stop_all_agent_work_until_one_succeeds_an_hour_later()
    {
        var agent = new BrokenAgent();
        var options = new WorldOptions { DeleteAtEnd = false, Review = SlowReview, Change = o => o with { Limits = new RequestLimits { RequestsPerHour = 100 } }, Parts = (s, _) => s.AddSingleton<IAgent>(agent) };
        DateTimeOffset opened;
        await using (var before = await World.StartAsync(options))
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.Null((await before.Store.Breaker.GetAsync(default)).OpenSince);
                await SeeAsync(before, i);
            }

            opened = before.Clock.GetUtcNow();
            Assert.Equal(opened, (await before.Store.Breaker.GetAsync(default)).OpenSince);
            var page = Assert.Single(await before.Store.Pages.StandingAsync(null, default));
            Assert.Equal("All agent work is stopped", page.Wish.Title);
            Assert.Matches("^Since .*, because different problems failed one after the other, the last one with: .*; nightjar resume", (await before.Store.Breaker.GetAsync(default)).WhyStopped());
        }

        await using var world = await World.StartAsync(options with { DeleteAtEnd = true });
        agent.Runs = 0;
        await SeeAsync(world, 5);
        await world.PassAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(0, agent.Runs);
        Assert.All(await world.IncidentsAsync(), i => Assert.Contains("all agent work is stopped", i.Waiting, StringComparison.Ordinal));

        // One tries, fails, and all wait for another hour; nobody is paged twice for it.
        await world.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(1, agent.Runs);
        Assert.Single(await world.Store.Pages.StandingAsync(null, default), p => p.Wish.Incident is null);

        agent.IsBroken = false;
        await world.PassAsync(TimeSpan.FromMinutes(60));
        Assert.Null((await world.Store.Breaker.GetAsync(default)).OpenSince);
        Assert.DoesNotContain(await world.Store.Pages.StandingAsync(null, default), p => p.Wish.Incident is null);
        Assert.DoesNotContain(await world.IncidentsAsync(), i => i.Waiting?.Contains("agent work is stopped", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_resume_lets_all_agents_work_again()
    {
        var agent = new BrokenAgent();
        await using var world = await World.StartAsync(new WorldOptions { Review = SlowReview, Parts = (s, _) => s.AddSingleton<IAgent>(agent) });
        for (var i = 0; i < 5; i++)
        {
            await SeeAsync(world, i);
        }

        agent.IsBroken = false;
        await world.Part<IPauseSwitch>().SetAsync(null, default);
        Assert.Empty(await world.Store.Pages.StandingAsync(null, default));
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.All(await world.IncidentsAsync(), i => Assert.NotNull(i.Finding));
    }

    [Fact]
    public async Task The_same_problem_failing_again_and_again_stops_nobody_else()
    {
        var agent = new BrokenAgent();
        await using var world = await World.StartAsync(new WorldOptions { Review = SlowReview, Parts = (s, _) => s.AddSingleton<IAgent>(agent) });
        await SeeAsync(world, 0);
        await world.PassAsync(TimeSpan.FromHours(3));
        Assert.InRange(agent.Runs, 5, 100);
        Assert.Null((await world.Store.Breaker.GetAsync(default)).OpenSince);
    }

    [Theory]
    [InlineData(".github/workflows/ci.yml", "on: push\n", "gate rule path: .github/workflows/ci.yml is not for Nightjar to change")]
    [InlineData("src/Key.cs", "var apiKey = \"q8Zr2Lk9Vt3NpX7wYb5H\";\n", "gate rule secrets: src/Key.cs, line 1 looks like a secret that is assigned to a name")]
    public async Task A_change_that_the_gate_refuses_is_not_pushed_and_the_request_says_why(string path, string text, string refusal)
    {
        await using var world = await World.StartAsync(new WorldOptions { Parts = (s, _) => s.AddSingleton<IAgent>(new WritingAgent(path, text)) });
        await MainJobStories.SeeTheRaceAsync(world);

        var incident = await world.OnlyIncidentAsync();
        var request = Assert.Single(await world.RequestsAsync());
        Assert.Equal(IncidentState.NeedsHuman, incident.State);
        Assert.Null(incident.Change?.FixCommit);
        Assert.Contains(refusal, request.Body.Replace("`", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("q8Zr2Lk9", request.Body + incident.Question?.Text + incident.Change?.Report, StringComparison.Ordinal);
        Assert.DoesNotContain(path, await world.Code.FilesAsync(request.Branch));
    }

    [Theory]
    [InlineData("grep -q formatted src/New.cs", IncidentState.InReview)]
    [InlineData("echo 'src/New.cs: wants blanks' && false", IncidentState.NeedsHuman)]
    public async Task The_services_linter_has_its_word(string lint, IncidentState state)
    {
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Check = null, Lint = new CheckCommand(lint) }, Parts = (s, _) => s.AddSingleton<IAgent>(new WritingAgent("src/New.cs", "// formatted\n") { Origin = CodeOrigin.HeldByRepository }) });
        await MainJobStories.SeeTheRaceAsync(world);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(state, incident.State);
        if (state == IncidentState.NeedsHuman)
        {
            var body = (await world.RequestsAsync())[0].Body;
            Assert.Contains("gate rule linter", body, StringComparison.Ordinal);
            Assert.Contains("wants blanks", body, StringComparison.Ordinal);
        }
    }

    private static Core.Pipeline.ReviewOptions SlowReview => new() { Poll = TimeSpan.FromHours(2) };

    private static Signal Problem(World world, int i) => Seen.ErrorRate(world.Clock.GetUtcNow(), $"Problem{(char)('A' + i)}Error", "stock is -3", "/app/src/Inventory.cs", "Shop.Inventory.Reserve", 10, 40, 200);

    private static Incident Bare(World world, int i) => new()
    {
        Id = new IncidentId(i),
        Service = World.Shop,
        Title = "x",
        OpenedAt = world.Clock.GetUtcNow(),
        Trigger = Problem(world, 0),
        Fingerprints = [],
    };

    private static async Task SeeAsync(World world, int i)
    {
        var problem = Problem(world, i);
        world.Logs.Digest = Seen.DigestOf(problem);
        await world.SeeAsync(problem);
    }

    /// <summary>Fails as long as it is broken, as it would when the model's provider is away.</summary>
    private sealed class BrokenAgent : IAgent
    {
        public bool IsBroken { get; set; } = true;

        public int Runs { get; set; }

        public string Name => "broken";

        public Task<Finding> InvestigateAsync(Brief brief, CancellationToken cancellationToken)
        {
            Runs++;
            return IsBroken ? throw new AgentException("the provider is away") : Task.FromResult(WritingAgent.Found);
        }

        public Task<ProposalAttempt> ProposeAsync(Brief brief, Finding finding, IPrivateClone clone, CancellationToken cancellationToken) => Task.FromResult(new ProposalAttempt { Why = "no idea" });
    }

    /// <summary>Writes one file.</summary>
    private sealed class WritingAgent(string path, string text) : IAgent
    {
        public static Finding Found => new() { RootCause = "the stock is read too early", Confidence = 0.9, By = "writing" };

        public CodeOrigin Origin { get; init; } = CodeOrigin.WrittenByModel;

        public string Name => "writing";

        public Task<Finding> InvestigateAsync(Brief brief, CancellationToken cancellationToken) => Task.FromResult(Found);

        public async Task<ProposalAttempt> ProposeAsync(Brief brief, Finding finding, IPrivateClone clone, CancellationToken cancellationToken)
        {
            var full = Path.Combine(clone.Path, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full) ?? "");
            await File.WriteAllTextAsync(full, text, cancellationToken);
            return new ProposalAttempt { Why = "written", Change = new DraftChange("fix: write it", "It is written.", "none", "none", Origin) };
        }
    }
}
