using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Runs;

namespace Nightjar.Tests.Storage;

/// <summary>Passes and incidents as runs, with their fixes.</summary>
public abstract class RunsContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    [Fact]
    public async Task An_incident_leaves_one_run_that_follows_it_to_its_end_in_the_mode_it_began_in()
    {
        Store.Runs.In(Mode.Approve);
        var incident = await OpenIncidentAsync(service: "shop/api");
        var run = Assert.Single(await Store.Runs.ListAsync(new RunQuery(), Token));
        Assert.Equal((incident.Id, "shop", Mode.Approve, RunStatus.Running, Clock.Now, (DateTimeOffset?)null), (run.Incident, run.Namespace, run.Mode, run.Status, run.StartedAt, run.EndedAt));
        Assert.Equal(FixStatus.Pending, Assert.Single((await RecordAsync(run)).Fixes).Status);

        await ReopenAsync();
        Store.Runs.In(Mode.Observe);
        var healed = incident with { State = IncidentState.Resolved, Outcome = IncidentOutcome.Healed, EndedAt = Clock.Now.AddMinutes(2), Heal = Healed(HealEnd.Ineffective, HealEnd.Verified) };
        Assert.True(await Store.Incidents.WriteAsync(healed, incident.Version, [], Token));
        var ended = await RecordAsync(run);
        Assert.Equal((RunStatus.Fixed, Mode.Approve, 1, Clock.Now.AddMinutes(2)), (ended.Run.Status, ended.Run.Mode, ended.Run.Fixes, ended.Run.EndedAt));
        Assert.Equal([FixStatus.Failed, FixStatus.Success], ended.Fixes.Select(f => f.Status));
        Assert.Equal(["shop"], await Store.Runs.NamespacesAsync(Token));
    }

    [Fact]
    public async Task A_write_that_came_too_late_changes_no_run()
    {
        var incident = await OpenIncidentAsync();
        Assert.False(await Store.Incidents.WriteAsync(incident with { State = IncidentState.GaveUp }, incident.Version + 7, [], Token));
        Assert.Equal(RunStatus.Running, Assert.Single(await Store.Runs.ListAsync(new RunQuery(), Token)).Status);
    }

    [Fact]
    public async Task A_pass_is_on_disk_before_it_looks_and_one_that_was_cut_off_has_failed()
    {
        var lost = await Store.Runs.BeginAsync(Pass(), Token);
        await ReopenAsync();
        Assert.Equal(RunStatus.Running, (await RecordAsync(lost)).Run.Status);
        var next = await Store.Runs.BeginAsync(Pass() with { StartedAt = Clock.Now.AddMinutes(5) }, Token);
        var cut = (await RecordAsync(lost)).Run;
        Assert.Equal((RunStatus.Failed, Clock.Now.AddMinutes(5)), (cut.Status, cut.EndedAt));
        Assert.Equal(RunStatus.Running, (await RecordAsync(next)).Run.Status);
    }

    [Fact]
    public async Task What_a_pass_found_is_kept_word_for_word_and_bounded()
    {
        var run = await Store.Runs.BeginAsync(Pass() with { Namespace = Hostile }, Token);
        var fix = new Fix("incident-1-problem", Clock.Now, Hostile, Hostile, Hostile, Hostile, Hostile, FixStatus.RolledBack);
        await Store.Runs.EndAsync(new RunRecord(run with { EndedAt = Clock.Now, Status = RunStatus.IssuesFound, Pods = 7, Errors = 1, Report = new string('x', 1_000_000), Log = (run.Log!.Value.After, 12) }, [fix]), Token);
        await ReopenAsync();
        var kept = await RecordAsync(run);
        Assert.Equal((RunStatus.IssuesFound, 7, 1), (kept.Run.Status, kept.Run.Pods, kept.Run.Errors));
        Assert.InRange(kept.Run.Report.Length, 1, 64 * 1024);
        Assert.Equal(12, kept.Run.Log?.Last);
        Assert.Equal((Kept(Hostile), Kept(Hostile), FixStatus.RolledBack), (kept.Fixes[0].Pod, kept.Fixes[0].Applied, kept.Fixes[0].Status));
        Assert.Equal(Kept(Hostile), Assert.Single(await Store.Runs.ListAsync(new RunQuery { Namespace = Hostile }, Token)).Namespace);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_in_pages_and_forgotten_after_their_retention()
    {
        var first = await Store.Runs.BeginAsync(Pass(), Token);
        await Store.Runs.EndAsync(new RunRecord(first with { EndedAt = Clock.Now, Status = RunStatus.Ok }, []), Token);
        var second = await Store.Runs.BeginAsync(Pass(), Token);
        await OpenIncidentAsync();
        Assert.Equal([3, second.Id], (await Store.Runs.ListAsync(new RunQuery { Limit = 2 }, Token)).Select(r => r.Id));
        Assert.Equal([first.Id], (await Store.Runs.ListAsync(new RunQuery { Before = second.Id }, Token)).Select(r => r.Id));
        Assert.Null(await Store.Runs.GetAsync(99, Token));

        await Store.Prune(Clock.Now.AddDays(4_000), new RetentionOptions());
        Assert.NotNull(Assert.Single(await Store.Runs.ListAsync(new RunQuery(), Token)).Incident);
    }

    private async Task<RunRecord> RecordAsync(Run run) => await Store.Runs.GetAsync(run.Id, Token) ?? throw new InvalidOperationException($"run {run.Id} is gone");

    private Run Pass() => new() { StartedAt = Clock.Now, Mode = Mode.Observe };

    private HealProgress Healed(params HealEnd[] ends) => new()
    {
        Round = "1",
        Playbook = new Playbook { Name = "restart" },
        Tried = [.. ends.Select((end, i) => new TriedAction("restart", "restart deployment/api", Clock.Now.AddSeconds(i), Clock.Now.AddSeconds(i + 1), end, "says"))],
    };
}
