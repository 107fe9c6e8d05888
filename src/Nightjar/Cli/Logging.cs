using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Nightjar.Cli;

/// <summary>How the daemon logs: a line a message for people, JSON for programs; the framework's own chatter left out.</summary>
internal static class Logging
{
    public static void Console(ILoggingBuilder logging, bool json)
    {
        Quiet(logging);
        if (json)
        {
            logging.AddJsonConsole(o =>
            {
                o.UseUtcTimestamp = true;
                o.IncludeScopes = true;
                o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            logging.AddSimpleConsole(o =>
            {
                o.SingleLine = true;
                o.UseUtcTimestamp = true;
                o.TimestampFormat = "HH:mm:ss ";
                o.ColorBehavior = LoggerColorBehavior.Default;
            });
        }
    }

    /// <summary>Nothing is printed; the demo tells its own story.</summary>
    public static void Silent(ILoggingBuilder logging) => logging.SetMinimumLevel(LogLevel.None);

    /// <summary>What the host says when it does not start, the program says itself, in one line.</summary>
    private static void Quiet(ILoggingBuilder logging) => logging
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical)
        .AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error)
        .AddFilter("Quartz", LogLevel.Warning);
}
