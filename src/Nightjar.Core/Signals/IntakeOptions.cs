namespace Nightjar.Core.Signals;

/// <summary>How intake works; bound once at the start.</summary>
public sealed record IntakeOptions(FingerprintStrategy Strategy = FingerprintStrategy.Evidence);

/// <summary>What came in since the start, in signals.</summary>
public sealed record IntakeFigures(long Accepted, long Opened, long Folded, long HeldBack, long Dropped);
