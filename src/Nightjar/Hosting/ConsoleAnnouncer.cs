using Microsoft.Extensions.Logging;
using Nightjar.Core.Announcements;

namespace Nightjar.Hosting;

/// <summary>Tells people through the daemon's own log; the channel that is always there.</summary>
internal sealed partial class ConsoleAnnouncer(ILogger<ConsoleAnnouncer> logger) : IAnnouncer
{
    public Task TellAsync(Announcement announcement, CancellationToken cancellationToken)
    {
        if (announcement.IsPage)
        {
            LogPage(announcement.Title, announcement.Text, announcement.Url);
        }
        else
        {
            LogTold(announcement.Title, announcement.Text, announcement.Url);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(8030, LogLevel.Information, "{Title}. {Text} {Url}")]
    private partial void LogTold(string title, string text, string? url);

    [LoggerMessage(8031, LogLevel.Warning, "PAGE: {Title}. {Text} {Url}")]
    private partial void LogPage(string title, string text, string? url);
}
