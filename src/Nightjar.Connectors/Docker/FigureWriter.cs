using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Docker;

/// <summary>After each sweep: what each container used and how it was, for the store.</summary>
internal sealed partial class FigureWriter(IContainerFigures figures, ILogger logger)
{
    private bool isRefused;

    public async Task WriteAsync(IEnumerable<WatchedContainer> containers, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = containers.Where(c => c.Look is not null).Select(c => Figure(c, now)).OfType<ContainerFigure>().ToList();
        try
        {
            await figures.AddAsync(rows, cancellationToken);
            isRefused = false;
        }
        catch (StoreUnavailableException e)
        {
            if (!isRefused)
            {
                isRefused = true;
                Refused(e.Message);
            }
        }
    }

    private static ContainerFigure? Figure(WatchedContainer container, DateTimeOffset now)
    {
        if (container.Look is not { } look)
        {
            return null;
        }

        var (before, usage) = (container.Counted, look.Usage);

        // Counters begin anew with each start.
        var passed = before is not null && usage is not null && usage.Cpu >= before.Cpu && usage.NetworkIn >= before.NetworkIn ? usage.At - before.At : TimeSpan.Zero;
        var deaths = container.FiguresAt is { } last ? container.Track.Deaths.Count(d => d > last) : 0;
        (container.Counted, container.FiguresAt) = (usage, now);
        return new ContainerFigure(
            container.Name,
            now,
            ContainerDetector.IsOnPurpose(look.State, container.Track) ? null : ContainerDetector.Standing(container.Track, look).IsWell,
            look.Url?.Took,
            passed > TimeSpan.Zero && before is not null && usage is not null ? (usage.Cpu - before.Cpu) / passed : null,
            usage?.Memory,
            look.State.MemoryLimit,
            deaths)
        {
            Moved = passed > TimeSpan.Zero && before is not null && usage is not null
                ? (usage.NetworkIn - before.NetworkIn, Math.Max(0, usage.NetworkOut - before.NetworkOut), Math.Max(0, usage.DiskRead - before.DiskRead), Math.Max(0, usage.DiskWritten - before.DiskWritten))
                : default,
        };
    }

    [LoggerMessage(3503, LogLevel.Warning, "Figures of containers were not kept, the store cannot be written: {Why}")]
    private partial void Refused(string why);
}
