namespace Nightjar.Core.Incidents;

/// <summary>How long a phase took; a phase that was tried again has several.</summary>
public sealed record PhaseTime(string Phase, TimeSpan Duration);
