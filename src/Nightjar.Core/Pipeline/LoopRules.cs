using Nightjar.Core.Announcements;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;

namespace Nightjar.Core.Pipeline;

/// <summary>What the loop goes by besides the stages.</summary>
public sealed record LoopRules(Conduct Conduct, IPauseSwitch Pause, AgentBreaker Breaker, Teller Teller, BesideHealing Beside, TimeProvider Clock, PointReached Reached)
{
    /// <summary>How often a paused incident looks whether the pause is over, should the resume not wake it.</summary>
    public static readonly TimeSpan PauseCheck = TimeSpan.FromMinutes(1);

    internal static Incident Paused(Incident incident, Pause pause, DateTimeOffset now) =>
        incident with { NextDue = now + PauseCheck, Waiting = Quoting.Plain($"paused by {pause.By}: {pause.Why}", IncidentMoves.LongestWhy) };
}
