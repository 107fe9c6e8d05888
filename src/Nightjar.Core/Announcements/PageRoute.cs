using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Core.Announcements;

/// <summary>What a channel is to say.</summary>
/// <param name="Time">1 when it is told for the first time, 2 for the second, over all channels.</param>
/// <param name="Says">Who acknowledged it, or why it is over; empty for a trigger.</param>
public sealed record PageNotice(PageAct Act, PageWish Page, DateTimeOffset RaisedAt, int Time, string Says);

/// <summary>One way to page people.</summary>
public interface IPageChannel
{
    /// <summary>Unique on its route, and without a secret: <c>1 pagerduty</c>.</summary>
    string Name { get; }

    /// <exception cref="PageFailedException">It did not arrive.</exception>
    Task SendAsync(PageNotice notice, CancellationToken cancellationToken);
}

/// <summary>A notice did not arrive; the message says why, without secrets.</summary>
/// <param name="isFinal">Trying again would not help: a refused key, say.</param>
public sealed class PageFailedException(string message, bool isFinal, Exception? inner = null) : Exception(message, inner)
{
    public bool IsFinal { get; } = isFinal;
}

/// <summary>Whom pages reach, one step after the other.</summary>
public sealed record PageRoute(string Name, ImmutableArray<IPageChannel> Steps)
{
    /// <summary>Between two tellings of a page that nobody acknowledged.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Tellings of one step before the next one is told. After the last, the first one has its turn again.</summary>
    public int Times { get; init; } = 3;
}

/// <summary>Which route the pages of a service take: its own, else that of the first of its owners who has one, else the one of all.</summary>
public sealed class PageRoutes(ImmutableArray<PageRoute> routes, PageRoute otherwise, Catalogue catalogue)
{
    public PageRoute Of(ServiceName? service)
    {
        if (service is not { } name || catalogue.All.FirstOrDefault(s => s.Name == name) is not { } known)
        {
            return otherwise;
        }

        return Named(known.Route) ?? known.Owners.Select(Named).FirstOrDefault(r => r is not null) ?? otherwise;
    }

    private PageRoute? Named(string? name) => name is null ? null : routes.FirstOrDefault(r => r.Name == name);
}
