using Nightjar.Core.Announcements;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Pipeline;

/// <summary>What the loop goes by besides the stages.</summary>
public sealed record LoopRules(Conduct Conduct, IPauseSwitch Pause, Teller Teller, TimeProvider Clock, PointReached Reached)
{
    /// <summary>How often a paused incident looks whether the pause is over, should the resume not wake it.</summary>
    public static readonly TimeSpan PauseCheck = TimeSpan.FromMinutes(1);
}
