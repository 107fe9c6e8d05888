namespace Nightjar.Core.Signals;

/// <summary>How intake works; bound once at the start.</summary>
/// <param name="ReopenWithin">See <see cref="Healing.HealOptions.ReopenWithin"/>.</param>
public sealed record IntakeOptions(FingerprintStrategy Strategy, TimeSpan ReopenWithin);

/// <summary>What came in since the start, in signals.</summary>
public sealed record IntakeFigures(long Accepted, long Opened, long Folded, long HeldBack, long Dropped);
