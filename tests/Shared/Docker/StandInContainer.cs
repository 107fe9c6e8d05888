using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Testing;

/// <summary>A container of the stand-in engine: what it is, and how the wire tells of it.</summary>
public sealed class StandInContainer(string id, string name)
{
    public string Id { get; } = id;

    public string Name { get; set; } = name;

    public Dictionary<string, string> Labels { get; init; } = [];

    public string Status { get; set; } = "created";

    public int ExitCode { get; set; }

    public bool OomKilled { get; set; }

    public string Error { get; set; } = "";

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public int Restarts { get; set; }

    public string Policy { get; init; } = "no";

    /// <summary>Null without a health check.</summary>
    public string? Health { get; set; }

    public string HealthOutput { get; set; } = "";

    public long MemoryLimit { get; init; }

    public long Memory { get; set; } = 5_000_000;

    /// <summary>Nanoseconds.</summary>
    public long Cpu { get; set; }

    public bool Tty { get; init; }

    /// <summary>Stream, nanoseconds, text without its line feed.</summary>
    public List<(byte Stream, long At, byte[] Text)> Log { get; } = [];

    public JsonObject Listed() => new()
    {
        ["Id"] = Id,
        ["Names"] = new JsonArray($"/{Name}"),
        ["Image"] = "busybox:1",
        ["State"] = Status,
        ["Status"] = Status == "running" ? $"Up 5 minutes{(Health is null ? "" : Health == "starting" ? " (health: starting)" : $" ({Health})")}" : Status,
        ["Labels"] = new JsonObject(Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))),
    };

    public JsonObject Inspected()
    {
        var state = new JsonObject
        {
            ["Status"] = Status,
            ["Running"] = Status is "running" or "paused" or "restarting",
            ["OOMKilled"] = OomKilled,
            ["ExitCode"] = ExitCode,
            ["Error"] = Error,
            ["StartedAt"] = Moment(StartedAt),
            ["FinishedAt"] = Moment(FinishedAt),
        };
        if (Health is not null)
        {
            state["Health"] = new JsonObject { ["Status"] = Health, ["FailingStreak"] = 0, ["Log"] = new JsonArray(new JsonObject { ["ExitCode"] = Health == "unhealthy" ? 1 : 0, ["Output"] = HealthOutput }) };
        }

        return new JsonObject
        {
            ["Id"] = Id,
            ["Name"] = $"/{Name}",
            ["RestartCount"] = Restarts,
            ["State"] = state,
            ["HostConfig"] = new JsonObject { ["Memory"] = MemoryLimit, ["RestartPolicy"] = new JsonObject { ["Name"] = Policy, ["MaximumRetryCount"] = 0 } },
            ["Config"] = new JsonObject { ["Tty"] = Tty, ["Labels"] = new JsonObject(Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))) },
        };
    }

    public JsonObject Stats(DateTimeOffset now) => new()
    {
        ["read"] = Moment(now),
        ["cpu_stats"] = new JsonObject { ["cpu_usage"] = new JsonObject { ["total_usage"] = Cpu }, ["online_cpus"] = 2 },
        ["memory_stats"] = new JsonObject { ["usage"] = Memory, ["stats"] = new JsonObject { ["inactive_file"] = 0, ["total_inactive_file"] = 0 }, ["limit"] = MemoryLimit > 0 ? MemoryLimit : 8_000_000_000 },
        ["networks"] = new JsonObject { ["eth0"] = new JsonObject { ["rx_bytes"] = 1_000, ["tx_bytes"] = 2_000 } },
        ["blkio_stats"] = new JsonObject { ["io_service_bytes_recursive"] = new JsonArray(new JsonObject { ["major"] = 8, ["minor"] = 0, ["op"] = "Read", ["value"] = 4_096 }) },
    };

    public JsonObject Event(string action, long at, params (string Name, string Value)[] more)
    {
        var facts = new JsonObject(Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))) { ["image"] = "busybox:1", ["name"] = Name };
        foreach (var (fact, value) in more)
        {
            facts[fact] = value;
        }

        return new JsonObject { ["Type"] = "container", ["Action"] = action, ["Actor"] = new JsonObject { ["ID"] = Id, ["Attributes"] = facts }, ["scope"] = "local", ["time"] = at / 1_000_000_000, ["timeNano"] = at };
    }

    /// <summary>As the engine writes moments, and none.</summary>
    private static string Moment(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture) ?? "0001-01-01T00:00:00Z";
}
