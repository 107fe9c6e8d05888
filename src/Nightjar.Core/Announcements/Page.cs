using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Announcements;

/// <summary>Somebody must act: what is told again and again until a person acknowledges it, or it is over.</summary>
/// <param name="Key">One page is raised at most once; the channels know it by this, too.</param>
/// <param name="Cause">A word for why; an incident has one page that is not over for each.</param>
public sealed record PageWish(string Key, IncidentId? Incident, ServiceName? Service, string Cause, Severity Severity, string Title, string Text, string? Url);

public enum PageAct
{
    Trigger,
    Acknowledge,
    Resolve,
}

/// <summary>A channel is still to be told that somebody took the page, or that it is over.</summary>
public sealed record OwedNotice(string Channel, PageAct Act, int Failures = 0);

/// <summary>A page as it stands.</summary>
public sealed record Page
{
    public required PageWish Wish { get; init; }

    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>Which step of the route is told next.</summary>
    public int Step { get; init; }

    /// <summary>How often that step was told already.</summary>
    public int Sent { get; init; }

    /// <summary>How often it was told in all.</summary>
    public int SentInAll { get; init; }

    /// <summary>Tries in a row that did not reach the step's channel.</summary>
    public int Failures { get; init; }

    /// <summary>When something is to be sent; null when nothing is.</summary>
    public DateTimeOffset? NextAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    /// <summary>Why it is over; null while it is not.</summary>
    public string? Over { get; init; }

    /// <summary>Channels that were told of it, and so are told how it goes on.</summary>
    public ImmutableArray<string> Told { get; init; } = [];

    public ImmutableArray<OwedNotice> Owed { get; init; } = [];
}

/// <summary>The pages on disk.</summary>
public interface IPages
{
    /// <summary>False, and nothing is written, when there is a page with this key, or one of the same incident and cause that is not over.</summary>
    Task<bool> RaiseAsync(Page page, CancellationToken cancellationToken);

    /// <summary>Those with something to send, the longest due first.</summary>
    Task<IReadOnlyList<Page>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>Those of an incident that are not over; of all when none is named.</summary>
    Task<IReadOnlyList<Page>> StandingAsync(IncidentId? incident, CancellationToken cancellationToken);

    /// <summary>Changes a page as it stands now, in one transaction; null when there is none.</summary>
    Task<Page?> ChangeAsync(string key, Func<Page, Page> change, CancellationToken cancellationToken);
}
