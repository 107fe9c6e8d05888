using System.Globalization;

namespace Nightjar.Connectors;

/// <summary>How far one stream of a container was read: the time of its last line, and how many lines of that very time were taken.</summary>
internal readonly record struct LogMark(long At, int Taken)
{
    public LogMark After(long at) => at == At ? this with { Taken = Taken + 1 } : new LogMark(at, 1);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}#{Taken}");

    public static LogMark? Read(string? text) =>
        text?.Split('#') is [var at, var taken] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds) && int.TryParse(taken, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new LogMark(nanoseconds, count)
            : null;
}

/// <summary>Leaves out the lines at the beginning of a stream that were taken before. After the first new one everything is new, whatever the engine's clock does.</summary>
internal sealed class LogResume(LogMark? mark)
{
    private LogMark? before = mark;
    private int seen;

    public LogMark? Mark { get; private set; } = mark;

    public bool IsNew(LogLine line)
    {
        if (before is { } old && line.At is { } at)
        {
            if (at < old.At || (at == old.At && ++seen <= old.Taken))
            {
                return false;
            }

            before = null;
        }

        Mark = line.At is { } now ? (Mark ?? default).After(now) : Mark;
        return true;
    }
}
