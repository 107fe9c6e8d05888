using Microsoft.Extensions.Logging;
using Nightjar.Core.Announcements;

namespace Nightjar.Connectors.Paging;

/// <summary>Our own log. The first time is in it already, as every announcement is.</summary>
public sealed partial class ConsoleChannel(string name, ILogger<ConsoleChannel> logger) : IPageChannel
{
    public string Name => name;

    public Task SendAsync(PageNotice notice, CancellationToken cancellationToken)
    {
        if (notice.Act != PageAct.Trigger)
        {
            Ended(notice.Page.Title, notice.Act == PageAct.Acknowledge ? $"acknowledged by {notice.Says}" : notice.Says);
        }
        else if (notice.Time > 1 || notice.Page.Incident is null)
        {
            Paged(notice.Page.Title, notice.Time, notice.Page.Text, notice.Page.Url);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(3700, LogLevel.Warning, "PAGE: {Title} (time {Time}). {Text} {Url}")]
    private partial void Paged(string title, int time, string text, string? url);

    [LoggerMessage(3701, LogLevel.Information, "Paged before: {Title}: {Says}")]
    private partial void Ended(string title, string says);
}
