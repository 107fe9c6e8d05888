namespace Nightjar.Core.Incidents;

/// <summary>Somebody says that a commit runs now.</summary>
public sealed record Deployment(string Commit, string By, DateTimeOffset At);
