using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Core.Signals;

/// <summary>
/// Says what is wrong with a container, if anything is, and how it stands. A container with a restart policy that died is not down: its
/// engine starts it again, and only when that does not end is it a problem.
/// </summary>
public static class ContainerDetector
{
    /// <summary>Share of its limit from which on memory is high.</summary>
    public const double MemoryMark = 0.8;

    /// <summary>Deaths within <see cref="ContainerTrack.LoopWindow"/> that are a loop.</summary>
    public const int LoopDeaths = 5;

    private static readonly TimeSpan MemoryWarning = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan MemoryCritical = TimeSpan.FromMinutes(10);

    /// <summary>So long after its start a health URL that does not answer yet says nothing.</summary>
    private static readonly TimeSpan StartGrace = TimeSpan.FromSeconds(30);

    /// <summary>What only an event says is told for so long; then it is over unless it happens again.</summary>
    private static readonly TimeSpan EventTold = TimeSpan.FromMinutes(1);

    /// <summary>Looks in a row at a health URL.</summary>
    private const int UrlFailures = 2;

    private const int LongestSaid = 200;

    /// <summary>Ended by SIGINT or SIGTERM, as whoever asks a program to end does.</summary>
    private static readonly int[] AskedToEnd = [130, 143];

    public static string Workload(string container) => $"container/{container}";

    /// <summary>The worst that is wrong; null when nothing is.</summary>
    /// <param name="track">As it is after this look.</param>
    public static Signal? Judge(ServiceName service, ContainerTrack track, ContainerLook look)
    {
        var (state, now) = (look.State, look.At);
        var deaths = track.Deaths.Count(d => d > now - ContainerTrack.LoopWindow);
        var isOutOfMemory = (track.OutOfMemoryAt is { } oom && (now - oom).Duration() <= EventTold) || (state.IsDown && state.OomKilled);
        return state switch
        {
            _ when IsOnPurpose(state, track) => null,
            _ when isOutOfMemory => Tell("oom-killed", state.Status == ContainerStatus.Running ? Severity.Warning : Severity.Critical, $"ran out of memory{Limit(state)}{(state.Status == ContainerStatus.Running ? "; it runs" : $" and ended with exit code {state.ExitCode}")}"),
            _ when deaths >= LoopDeaths && (state.Status == ContainerStatus.Restarting || (now - track.Deaths[^1]).Duration() <= EventTold) => Tell("crash-loop", Severity.Critical, string.Create(CultureInfo.InvariantCulture, $"ended {deaths} times within an hour{(state.ExitCode != 0 ? $", the last time with exit code {state.ExitCode}" : "")}")),
            { Error.Length: > 0, Status: not ContainerStatus.Running } => Tell("container-exited", Severity.Critical, $"could not be started: {state.Error}"),
            { IsDown: true, ExitCode: not 0 } => Tell("container-exited", Severity.Critical, Ended(state)) with { Since = state.FinishedAt },
            { Status: ContainerStatus.Running, Health: ContainerHealth.Unhealthy } => Tell("container-unhealthy", Severity.Critical, $"is unhealthy{Said(state)}"),
            { Status: ContainerStatus.Running } when track.UrlFailures >= UrlFailures => Tell("container-unhealthy", Severity.Critical, $"does not answer as it should: {look.Url?.Says}"),
            { Status: ContainerStatus.Running } when look.MemoryShare is { } share && track.MemoryHighFor is { } span && span >= MemoryWarning
                => Tell("memory-high", span >= MemoryCritical ? Severity.Critical : Severity.Warning, string.Create(CultureInfo.InvariantCulture, $"has used more than {MemoryMark:0%} of its memory limit for {span.TotalMinutes:0} minutes, now {share:0%}{Limit(state)}")),
            _ => null,
        };

        Signal Tell(string condition, Severity severity, string says) => new()
        {
            Kind = SignalKind.WorkloadFailure,
            Service = service,
            At = now,
            Workload = Workload(state.Name),
            Condition = condition,
            Severity = severity,
            Message = $"container {state.Name} {says}",
        };
    }

    /// <summary>How it stands, for whoever does not wait until something is a signal.</summary>
    public static WorkloadStanding Standing(ContainerTrack track, ContainerLook look)
    {
        var (state, now) = (look.State, look.At);
        var (isWell, says) = state switch
        {
            { Status: ContainerStatus.Running, Health: ContainerHealth.Unhealthy } => (false, $"running, but unhealthy{Said(state)}"),
            { Status: ContainerStatus.Running, Health: ContainerHealth.Starting } => (null, $"{Since(state)}, its health check has not come to a result"),
            { Status: ContainerStatus.Running } when look.Url is { IsWell: false, Says: var wrong } => (IsStarting(look) ? (bool?)null : false, $"{Since(state)}, but {wrong}"),
            { Status: ContainerStatus.Running } when track.MemoryHighFor >= MemoryWarning && look.MemoryShare >= MemoryMark => (false, string.Create(CultureInfo.InvariantCulture, $"{Since(state)}, but with {look.MemoryShare:0%} of its memory limit used")),
            { Status: ContainerStatus.Running } => (true, $"{Since(state)}{(state.Health == ContainerHealth.Healthy ? ", healthy" : "")}"),
            { Status: ContainerStatus.Paused } => ((bool?)null, "paused by somebody"),
            { Status: ContainerStatus.Restarting } => (false, $"being restarted by its policy, the last exit code was {state.ExitCode}"),
            { Error.Length: > 0 } => (false, $"could not be started: {state.Error}"),
            { Status: ContainerStatus.Created } => ((bool?)null, "created, but never started"),
            { Status: ContainerStatus.Removing } => (false, "being removed"),
            _ when IsStopped(state, track) => (false, $"stopped by somebody, exit code {state.ExitCode}"),
            { ExitCode: 0 } => (true, "ended with exit code 0"),
            _ => (false, Ended(state)),
        };
        return new WorkloadStanding(isWell, says, now, state.StartedAt, state.Restarts);
    }

    /// <summary>A health URL of a container that has just begun to run is given time.</summary>
    public static bool IsStarting(ContainerLook look) => look.State is { Status: ContainerStatus.Running, StartedAt: { } started } && (look.At - started).Duration() < StartGrace;

    /// <summary>
    /// Whether somebody had it stopped, or it ended as it should. Known from the engine's stop event; without one, told by what the engine
    /// would have done: what its policy restarts and what is down all the same was stopped.
    /// </summary>
    public static bool IsOnPurpose(ContainerState state, ContainerTrack track) =>
        state.IsDown && state.Error.Length == 0 && (IsStopped(state, track) || (state.ExitCode == 0 && !state.OomKilled));

    private static bool IsStopped(ContainerState state, ContainerTrack track)
    {
        if (track.StoppedAt is { } stopped && !(state.StartedAt > stopped))
        {
            return true;
        }

        // A signal without a stop is docker kill: whoever sends that wants to see what happens, or does not know what he does.
        if (track.SignalledAt is { } signalled && !(state.StartedAt > signalled))
        {
            return false;
        }

        return !state.OomKilled && (AskedToEnd.Contains(state.ExitCode) || state.Policy switch
        {
            RestartPolicy.No => false,
            RestartPolicy.OnFailure => state.ExitCode != 0 && (state.MostRetries == 0 || state.Restarts < state.MostRetries),
            RestartPolicy.Always or RestartPolicy.UnlessStopped => true,
        });
    }

    /// <summary>The first line of what its health check said.</summary>
    private static string Said(ContainerState state)
    {
        var line = state.HealthOutput.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.IsEmpty ? "" : $": {(line.Length > LongestSaid ? string.Concat(line[..LongestSaid], "…") : line.ToString())}";
    }

    private static string Ended(ContainerState state) => state switch
    {
        { OomKilled: true } => $"ran out of memory{Limit(state)} and ended with exit code {state.ExitCode}",
        { ExitCode: > 128 and < 193 } => $"was ended by signal {state.ExitCode - 128} (exit code {state.ExitCode})",
        _ => $"ended with exit code {state.ExitCode}",
    };

    private static string Limit(ContainerState state) => state.MemoryLimit is { } limit ? string.Create(CultureInfo.InvariantCulture, $" (its limit is {limit / 1024.0 / 1024:0.#} MiB)") : "";

    private static string Since(ContainerState state) => state.StartedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"running since {at.UtcDateTime:HH:mm:ss} UTC") : "running";
}
