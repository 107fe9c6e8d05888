using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Incidents;

public class IncidentMovesTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 19, 21, 59, 35, TimeSpan.Zero);

    [Fact]
    public void Every_state_has_its_moves_written_down()
    {
        foreach (var from in Enum.GetValues<IncidentState>())
        {
            _ = IncidentMoves.IsLegal(from, IncidentState.Resolved);
        }
    }

    [Fact]
    public void Every_state_can_be_reached_from_the_first()
    {
        var reached = new HashSet<IncidentState> { IncidentState.Detected };
        for (var grew = true; grew;)
        {
            var next = Enum.GetValues<IncidentState>().Where(to => reached.Any(from => IncidentMoves.IsLegal(from, to))).ToHashSet();
            grew = next.Except(reached).Any();
            reached.UnionWith(next);
        }

        Assert.Equal(Enum.GetValues<IncidentState>().Order(), reached.Order());
    }

    [Fact]
    public void From_resolved_it_can_only_be_opened_again()
    {
        Assert.Equal([IncidentState.Detected], Enum.GetValues<IncidentState>().Where(to => IncidentMoves.IsLegal(IncidentState.Resolved, to)));
    }

    [Fact]
    public void An_illegal_move_is_refused_and_names_both_states()
    {
        var incident = Detected() with { State = IncidentState.Resolved };
        var refusal = Assert.Throws<InvalidOperationException>(() => incident.Move(IncidentState.Healing, "", Now));
        Assert.Contains("Resolved", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Healing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_move_starts_the_new_state_afresh()
    {
        var moved = (Detected() with { Attempts = 2, BreakerTrips = 1, Waiting = "something" }).Move(IncidentState.Investigating, "because", Now);
        Assert.Equal((IncidentState.Investigating, Now, 0, 0, null, "because"), (moved.State, moved.StateSince, moved.Attempts, moved.BreakerTrips, moved.Waiting, moved.Why));
    }

    [Fact]
    public void A_state_that_is_entered_again_at_the_same_moment_is_another_visit()
    {
        var first = Detected().Move(IncidentState.NeedsHuman, "", Now);
        Assert.NotEqual(first.Visit, first.Move(IncidentState.Detected, "", Now).Move(IncidentState.NeedsHuman, "", Now).Visit);
    }

    [Fact]
    public void A_reason_from_outside_is_cut_and_masked()
    {
        var why = Detected().Move(IncidentState.NeedsHuman, $"https://ann:hunter22@host/ {new string('x', 9_000)}", Now).Why;
        Assert.InRange(why.Length, 1, IncidentMoves.LongestWhy);
        Assert.DoesNotContain("hunter22", why, StringComparison.Ordinal);
    }

    private static Incident Detected()
    {
        var signal = new Signal { Kind = SignalKind.Alert, Service = new ServiceName("shop"), At = Now };
        return new Incident
        {
            Id = new IncidentId(1),
            Service = signal.Service,
            Title = "x",
            OpenedAt = Now,
            Trigger = signal,
            Fingerprints = [new OwnedFingerprint(Fingerprint.Of(signal, FingerprintStrategy.Evidence), "s", "", null, Now, "opened by it")],
        };
    }
}
