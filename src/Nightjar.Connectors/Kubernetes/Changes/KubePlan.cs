using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>
/// One change of one object, decided on what was seen: done only while it still is that object in that version. Says nothing that is
/// secret: a template is named, never held.
/// </summary>
internal sealed record KubePlan
{
    /// <summary>Left on what is changed, so that a later look knows whose deed it was.</summary>
    public const string Mark = "nightjar.dev/last-action";

    public required string Says { get; init; }

    public required string Uid { get; init; }

    /// <summary>Of its spec; 0 for what has none.</summary>
    public long Generation { get; init; }

    public ImmutableArray<FieldEdit> Edits { get; init; } = [];

    public FromTo? Revision { get; init; }

    /// <summary>The images among what the other revision has, for whoever would change its manifests.</summary>
    public ImmutableArray<FieldEdit> Images { get; init; } = [];

    public FromTo? Replicas { get; init; }

    public FromTo? Cordoned { get; init; }

    /// <summary>The pod that goes, and which one of that name it was.</summary>
    public DoomedPod? Pod { get; init; }

    /// <summary>Pods that would keep the change from being rolled out, and go after it.</summary>
    public ImmutableArray<DoomedPod> Stuck { get; init; } = [];

    /// <summary>The pods are replaced by the same ones.</summary>
    public bool Restarts { get; init; }

    /// <summary>Whether its spec is changed, which whoever keeps it elsewhere would undo or have undone.</summary>
    public bool ChangesSpec => !Edits.IsEmpty || Revision is not null || Replicas is not null;

    /// <summary>The way back; null where there is none.</summary>
    public KubePlan? Back() => !ChangesSpec && Cordoned is null ? null : this with
    {
        Edits = [.. Edits.Select(e => e with { From = e.To, To = e.From })],
        Revision = Revision?.Turned(),
        Replicas = Replicas?.Turned(),
        Cordoned = Cordoned?.Turned(),
    };

    public string ToJson() => JsonSerializer.Serialize(this);

    /// <exception cref="JsonException">It is none of ours.</exception>
    public static KubePlan Parse(string json) => JsonSerializer.Deserialize<KubePlan>(json) ?? throw new JsonException("an empty plan");

    /// <summary>The strategic merge patch that does it to the version that was read, and leaves our mark.</summary>
    /// <param name="template">Of the revision that it goes to.</param>
    public byte[] ToPatch(string key, string version, JsonObject? template, DateTimeOffset now)
    {
        var spec = new JsonObject();
        if (template is not null)
        {
            spec["template"] = template;
        }
        else if (!Edits.IsEmpty)
        {
            spec["template"] = new JsonObject { ["spec"] = new JsonObject(Edits.GroupBy(e => e.IsInit ? "initContainers" : "containers").Select(g => KeyValuePair.Create(g.Key, (JsonNode?)new JsonArray([.. g.Select(e => e.ToJson())])))) };
        }
        else if (Restarts)
        {
            spec["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = now.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture) } } };
        }

        if (Replicas is { } replicas)
        {
            spec["replicas"] = int.Parse(replicas.To, CultureInfo.InvariantCulture);
        }

        if (Cordoned is { } cordoned)
        {
            spec["unschedulable"] = cordoned.To == "true" ? true : null;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = Uid, ["resourceVersion"] = version, ["annotations"] = new JsonObject { [Mark] = key } },
            ["spec"] = spec,
        };
        return JsonSerializer.SerializeToUtf8Bytes(patch);
    }
}

internal sealed record FromTo(string From, string To)
{
    public FromTo Turned() => new(To, From);
}

internal sealed record DoomedPod(string Name, string Uid, bool IsEvicted);

/// <summary>A field of a container in the template: <c>resources.limits.memory</c>.</summary>
internal sealed record FieldEdit(string Container, string Field, string From, string To)
{
    public bool IsInit { get; init; }

    /// <summary>The container with nothing but this field. Ports that are numbers are numbers.</summary>
    public JsonObject ToJson()
    {
        JsonNode value = Field.EndsWith(".port", StringComparison.Ordinal) && int.TryParse(To, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : To;
        var parts = Field.Split('.');
        for (var i = parts.Length - 1; i > 0; i--)
        {
            value = new JsonObject { [parts[i]] = value };
        }

        return new JsonObject { ["name"] = Container, [parts[0]] = value };
    }
}
