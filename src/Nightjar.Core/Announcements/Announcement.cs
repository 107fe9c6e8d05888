using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Announcements;

/// <summary>Something people are told. Data: each channel words it for its own medium.</summary>
/// <param name="Key">One announcement is told at most once per key and channel.</param>
/// <param name="IsPage">True when somebody must act.</param>
public sealed record Announcement(string Key, IncidentId? Incident, Severity Severity, string Title, string Text, string? Url, bool IsPage, DateTimeOffset At)
{
    /// <summary>The incident has ended.</summary>
    public bool IsOver { get; init; }
}

/// <summary>One way to tell people.</summary>
public interface IAnnouncer
{
    Task TellAsync(Announcement announcement, CancellationToken cancellationToken);
}
