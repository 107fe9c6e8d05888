using System.Text.Json.Serialization;

namespace Nightjar.Connectors.Docker;

// The fields of the Docker Engine API that are read, by their names there. All are optional: what is absent has its empty value.
internal sealed record EngineVersion(string? Version, string? ApiVersion, [property: JsonPropertyName("MinAPIVersion")] string? MinApiVersion);

internal sealed record EngineInfo(string? SystemTime);

internal sealed record EngineMessage([property: JsonPropertyName("message")] string? Message);

/// <summary>A row of /containers/json.</summary>
internal sealed record ListedContainer(string Id, string[]? Names, string? State, string? Status, Dictionary<string, string>? Labels);

/// <summary>/containers/{id}/json.</summary>
internal sealed record InspectedContainer(string Id, string? Name, int RestartCount, InspectedState? State, InspectedHost? HostConfig, InspectedConfig? Config);

internal sealed record InspectedState(string? Status, int ExitCode, string? Error, [property: JsonPropertyName("OOMKilled")] bool OomKilled, string? StartedAt, string? FinishedAt, InspectedHealth? Health);

internal sealed record InspectedHealth(string? Status, InspectedHealthLog[]? Log);

internal sealed record InspectedHealthLog(int ExitCode, string? Output);

internal sealed record InspectedHost(long Memory, InspectedPolicy? RestartPolicy);

internal sealed record InspectedPolicy(string? Name, int MaximumRetryCount);

internal sealed record InspectedConfig(bool Tty, Dictionary<string, string>? Labels);

/// <summary>A line of /events.</summary>
internal sealed record EngineEvent(string? Type, string? Action, EngineActor? Actor, [property: JsonPropertyName("time")] long Time, [property: JsonPropertyName("timeNano")] long TimeNano);

internal sealed record EngineActor([property: JsonPropertyName("ID")] string? Id, Dictionary<string, string>? Attributes);

/// <summary>/containers/{id}/stats.</summary>
internal sealed record ContainerStats(
    [property: JsonPropertyName("read")] string? Read,
    [property: JsonPropertyName("cpu_stats")] CpuStats? Cpu,
    [property: JsonPropertyName("memory_stats")] MemoryStats? Memory,
    [property: JsonPropertyName("networks")] Dictionary<string, NetworkStats>? Networks,
    [property: JsonPropertyName("blkio_stats")] DiskStats? Disk);

internal sealed record CpuStats([property: JsonPropertyName("cpu_usage")] CpuUsage? Usage);

internal sealed record CpuUsage([property: JsonPropertyName("total_usage")] ulong Total);

internal sealed record MemoryStats([property: JsonPropertyName("usage")] ulong Usage, [property: JsonPropertyName("stats")] MemoryParts? Parts);

/// <param name="InactiveFile">With cgroup v2.</param>
/// <param name="TotalInactiveFile">With cgroup v1.</param>
internal sealed record MemoryParts([property: JsonPropertyName("inactive_file")] ulong InactiveFile, [property: JsonPropertyName("total_inactive_file")] ulong? TotalInactiveFile);

internal sealed record NetworkStats([property: JsonPropertyName("rx_bytes")] ulong In, [property: JsonPropertyName("tx_bytes")] ulong Out);

internal sealed record DiskStats([property: JsonPropertyName("io_service_bytes_recursive")] DiskCount[]? Bytes);

internal sealed record DiskCount([property: JsonPropertyName("op")] string? Op, [property: JsonPropertyName("value")] ulong Value);

internal sealed record ExecOrder(string[] Cmd, bool AttachStdout = true, bool AttachStderr = true);

internal sealed record ExecStart(bool Detach = false, bool Tty = false);

internal sealed record ExecMade(string Id);

internal sealed record ExecState(bool Running, int? ExitCode);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata | JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(EngineVersion))]
[JsonSerializable(typeof(EngineInfo))]
[JsonSerializable(typeof(EngineMessage))]
[JsonSerializable(typeof(ListedContainer[]))]
[JsonSerializable(typeof(InspectedContainer))]
[JsonSerializable(typeof(EngineEvent))]
[JsonSerializable(typeof(ContainerStats))]
[JsonSerializable(typeof(ExecOrder))]
[JsonSerializable(typeof(ExecStart))]
[JsonSerializable(typeof(ExecMade))]
[JsonSerializable(typeof(ExecState))]
internal sealed partial class DockerJson : JsonSerializerContext;
