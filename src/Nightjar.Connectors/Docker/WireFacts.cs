using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Evidence;

namespace Nightjar.Connectors.Docker;

/// <summary>From what the engine says to facts of Core. Outside text is bounded here.</summary>
internal static class WireFacts
{
    /// <summary>Characters of a health check's output; the engine keeps 4,096 bytes.</summary>
    private const int LongestOutput = 1_000;

    private const int LongestName = 200;

    /// <summary>Ticks of the moment that the engine writes when there is none: 0001-01-01.</summary>
    private const int NoYear = 1;

    public static string NameOf(ListedContainer listed) => Bare(listed.Names?.Where(n => n.Count(c => c == '/') <= 1).FirstOrDefault() ?? listed.Names?.FirstOrDefault() ?? listed.Id);

    public static ContainerState State(InspectedContainer container) => new()
    {
        Id = container.Id,
        Name = Bare(container.Name ?? container.Id),
        Status = Status(container.State?.Status),
        ExitCode = container.State?.ExitCode ?? 0,
        Error = EngineWords.Line(container.State?.Error ?? ""),
        OomKilled = container.State?.OomKilled ?? false,
        StartedAt = Moment(container.State?.StartedAt),
        FinishedAt = Moment(container.State?.FinishedAt),
        Restarts = container.RestartCount,
        Policy = container.HostConfig?.RestartPolicy?.Name switch { "always" => RestartPolicy.Always, "unless-stopped" => RestartPolicy.UnlessStopped, "on-failure" => RestartPolicy.OnFailure, _ => RestartPolicy.No },
        MostRetries = container.HostConfig?.RestartPolicy?.MaximumRetryCount ?? 0,
        Health = container.State?.Health?.Status switch { "starting" => ContainerHealth.Starting, "healthy" => ContainerHealth.Healthy, "unhealthy" => ContainerHealth.Unhealthy, _ => ContainerHealth.None },
        HealthOutput = container.State?.Health?.Log is [.., { Output: { } output }] ? Cut(output.Trim(), LongestOutput) : "",
        MemoryLimit = container.HostConfig is { Memory: > 0 and var limit } ? limit : null,
    };

    /// <summary>Memory as the docker command shows it: without the file cache that is not in use. https://docs.docker.com/reference/cli/docker/container/stats/</summary>
    public static ContainerUsage? Usage(ContainerStats stats)
    {
        if (Moment(stats.Read) is not { } at || stats.Cpu?.Usage is not { } cpu)
        {
            // A container that has just ended.
            return null;
        }

        var idle = stats.Memory?.Parts is { } parts ? parts.TotalInactiveFile ?? parts.InactiveFile : 0;
        var used = stats.Memory?.Usage ?? 0;
        return new ContainerUsage(
            at,
            TimeSpan.FromTicks((long)Math.Min(cpu.Total / 100, long.MaxValue)),
            Whole(used > idle ? used - idle : used),
            Whole(Sum(stats.Networks?.Values.Select(n => n.In))),
            Whole(Sum(stats.Networks?.Values.Select(n => n.Out))),
            Whole(Sum(stats.Disk?.Bytes?.Where(b => string.Equals(b.Op, "read", StringComparison.OrdinalIgnoreCase)).Select(b => b.Value))),
            Whole(Sum(stats.Disk?.Bytes?.Where(b => string.Equals(b.Op, "write", StringComparison.OrdinalIgnoreCase)).Select(b => b.Value))));
    }

    /// <summary>Null for one that is not of a container, or says nothing.</summary>
    public static ContainerEvent? Event(EngineEvent said)
    {
        if (said is not { Type: "container", Action: { } action, Actor: { Id: { Length: > 0 } id, Attributes: { } facts } })
        {
            return null;
        }

        var what = action switch
        {
            "start" => ContainerHappening.Started,
            "kill" => ContainerHappening.Signalled,
            "die" => ContainerHappening.Died,
            "stop" => ContainerHappening.Stopped,
            "oom" => ContainerHappening.OutOfMemory,
            "destroy" => ContainerHappening.Removed,
            "rename" => ContainerHappening.Renamed,
            _ when action.StartsWith("health_status", StringComparison.Ordinal) => ContainerHappening.HealthChanged,
            _ => ContainerHappening.Other,
        };
        _ = int.TryParse(facts.GetValueOrDefault("exitCode"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var exit);
        return new ContainerEvent(id, Bare(facts.GetValueOrDefault("name") ?? id), what, DateTimeOffset.UnixEpoch.AddTicks(said.TimeNano / 100), exit) { Labels = facts.ToImmutableDictionary() };
    }

    public static string Bare(string name) => Cut(name.TrimStart('/'), LongestName);

    public static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) && at.Year > NoYear ? at : null;

    private static ContainerStatus Status(string? status) => status switch
    {
        "running" => ContainerStatus.Running,
        "paused" => ContainerStatus.Paused,
        "restarting" => ContainerStatus.Restarting,
        "removing" => ContainerStatus.Removing,
        "exited" => ContainerStatus.Exited,
        "dead" => ContainerStatus.Dead,
        _ => ContainerStatus.Created,
    };

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];

    private static ulong Sum(IEnumerable<ulong>? values) => values?.Aggregate(0UL, (a, b) => a + b) ?? 0;

    private static long Whole(ulong value) => (long)Math.Min(value, long.MaxValue);
}
