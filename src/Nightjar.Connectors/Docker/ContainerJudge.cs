using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Docker;

/// <summary>Takes in looks and hands over the signals that they make, each with a few lines of what the container said.</summary>
internal sealed partial class ContainerJudge(EngineReader engine, ContainerBook book, ISignalDoor door, TimeSpan every, ILogger logger)
{
    /// <summary>What is wrong is told again, but no oftener than this.</summary>
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(10);

    /// <summary>Sweeps in a row at which it was not there: replacing a container takes less.</summary>
    public const int AbsentSweeps = 2;

    private const int MostLines = 20;

    public async Task TakeAsync(WatchedContainer container, ContainerLook look, CancellationToken cancellationToken)
    {
        container.Absent = 0;
        container.Track = container.Track.After(look, every);
        container.Look = look;
        if (ContainerDetector.Judge(container.Service.Name, container.Track, look) is { } signal)
        {
            await TellAsync(container, signal, look.At, cancellationToken);
        }
        else if (container.Told is { } told)
        {
            container.Told = null;
            WellAgain(container.Name, told.Condition);
        }
    }

    /// <summary>Containers that have to be there, and are not.</summary>
    public async Task MissAsync(IReadOnlySet<string> present, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var (service, watch, name) in book.Required.Where(r => !present.Contains(r.Name)))
        {
            var container = book.Meet(name, service, watch);
            container.Look = null;
            if (++container.Absent >= AbsentSweeps)
            {
                await TellAsync(container, Missing(container, now), now, cancellationToken);
            }
        }
    }

    private async Task TellAsync(WatchedContainer container, Signal signal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var isNew = container.Told is not { } told || told.Condition != signal.Condition || told.Severity < signal.Severity;
        if (!isNew && (now - container.Told?.At)?.Duration() < Repeat)
        {
            return;
        }

        await door.AcceptAsync(isNew ? signal with { Samples = await SamplesAsync(container, signal, cancellationToken) } : signal, cancellationToken);
        container.Told = (signal.Condition ?? "", signal.Severity, now);
        if (isNew)
        {
            Told(container.Name, signal.Condition ?? "", signal.Message);
        }
    }

    private async Task<ImmutableArray<string>> SamplesAsync(WatchedContainer container, Signal signal, CancellationToken cancellationToken)
    {
        if (signal.Condition == "container-unhealthy")
        {
            return container.Look?.State.HealthOutput is { Length: > 0 } output ? [output] : [];
        }

        try
        {
            return container.Look?.State.Id is { } id && await engine.InspectAsync(id, cancellationToken) is { } inspected
                && string.Join('\n', await engine.TailAsync(inspected, MostLines, cancellationToken)) is { Length: > 0 } tail ? [tail] : [];
        }
        catch (Exception e) when (e is DockerException or IOException)
        {
            // A driver that keeps no logs, or a container that went: the signal says enough without.
            return [];
        }
    }

    private static Signal Missing(WatchedContainer container, DateTimeOffset now) => new()
    {
        Kind = SignalKind.WorkloadFailure,
        Service = container.Service.Name,
        At = now,
        Workload = ContainerDetector.Workload(container.Name),
        Condition = "container-missing",
        Severity = Severity.Critical,
        Message = string.Create(CultureInfo.InvariantCulture, $"there is no container {container.Name}"),
    };

    [LoggerMessage(3501, LogLevel.Warning, "Container {Container}: {Condition}: {Says}")]
    private partial void Told(string container, string condition, string says);

    [LoggerMessage(3502, LogLevel.Information, "Container {Container} was well again after {Condition}")]
    private partial void WellAgain(string container, string condition);
}
