using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Tests.Storage;
using Nightjar.Web.Incidents;

namespace Nightjar.Tests.Web;

public class StepsTests
{
    private static readonly DateTimeOffset At = new(2026, 5, 19, 21, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_was_tried_is_read_in_order_and_a_healed_incident_needs_no_cause()
    {
        var incident = Tried(HealEnd.Ineffective, HealEnd.Failed, HealEnd.Refused, HealEnd.Verified) with { State = IncidentState.Resolved, Outcome = IncidentOutcome.Healed };
        var steps = Steps.Of(incident).ToList();
        Assert.Equal([StepState.Failed, StepState.Failed, StepState.Note, StepState.Done], steps.Select(s => s.State));
        Assert.Equal(["Did not help", "Could not be done", "Not done", "Healed by"], steps.Select(s => s.Says[..s.Says.IndexOfAny([':', '`'])].Trim()));
        Assert.Contains("verified: `well`", steps[^1].Says, StringComparison.Ordinal);
    }

    [Fact]
    public void While_it_runs_it_has_not_helped_yet()
    {
        var incident = Tried() with { State = IncidentState.Healing };
        incident = incident with { Heal = incident.Heal is { } heal ? heal with { Running = new RunningHeal("k", "restart container/web", At, new HealSight(1, 0), null) } : null };
        Assert.Equal("Done: `restart container/web`; now it must show that it helped", Steps.Of(incident).First().Says);
    }

    private static Incident Tried(params HealEnd[] ends) => Samples.Incident("aaaaaaaa", "shop", At) with
    {
        Finding = null,
        Change = null,
        Verification = null,
        Request = null,
        Heal = new HealProgress { Round = "1", Playbook = new Playbook(), Tried = [.. ends.Select(e => new TriedAction("restart", "restart container/web", At, At, e, e == HealEnd.Verified ? "well" : "no"))] },
    };
}
