using System.Collections.Immutable;
using System.Text.Json;

namespace Nightjar.Connectors.Alerts;

/// <summary>Reads what each kind of sender sends. Throws <see cref="FormatException"/> for a body that is not of that kind.</summary>
/// <remarks>
/// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config,
/// https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/,
/// https://developer.pagerduty.com/docs/webhooks-overview
/// </remarks>
internal static class AlertPayloads
{
    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 32 };

    public static AlertBatch Read(AlertKind kind, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Bounded);
            return document.RootElement.ValueKind != JsonValueKind.Object ? throw new FormatException("the body is not a JSON object") : kind switch
            {
                AlertKind.Alertmanager => Groups(document.RootElement, "4"),
                AlertKind.Grafana => Groups(document.RootElement, null),
                AlertKind.PagerDuty => Event(document.RootElement),
                AlertKind.Json => Plain(document.RootElement),
            };
        }
        catch (JsonException e)
        {
            throw new FormatException($"the body is not JSON: {e.Message}", e);
        }
    }

    /// <summary>A group of alerts, as Alertmanager sends it, and Grafana after it.</summary>
    private static AlertBatch Groups(JsonElement root, string? version)
    {
        if (version is not null && AlertJson.Text(root, "version") is var given && given != version)
        {
            throw new FormatException($"version {version} of Alertmanager's webhook is understood, this is {(given.Length == 0 ? "none" : SourceHttp.Line(given))}");
        }

        var shared = AlertJson.Labels(AlertJson.Part(root, "commonLabels"));
        var truncated = long.TryParse(AlertJson.Text(root, "truncatedAlerts"), out var cut) && cut > 0 ? cut : 0;
        var (alerts, left) = Items(root);
        return new AlertBatch([.. alerts.Select(a => Grouped(a, shared, AlertJson.Text(root, "status")))], LeftOut: truncated + left);
    }

    private static IncomingAlert Grouped(JsonElement alert, ImmutableDictionary<string, string> shared, string groupStatus)
    {
        var labels = shared.SetItems(AlertJson.Labels(AlertJson.Part(alert, "labels")));
        var isFiring = Firing(AlertJson.Text(alert, "status") is { Length: > 0 } status ? status : groupStatus);
        return new IncomingAlert(
            labels.GetValueOrDefault("alertname") is { Length: > 0 } name ? name : "unnamed",
            AlertJson.Text(alert, "fingerprint") is { Length: > 0 } fingerprint ? fingerprint : AlertJson.Hash(labels),
            isFiring,
            AlertJson.Moment(alert, isFiring ? "startsAt" : "endsAt"),
            labels,
            AlertJson.Message(AlertJson.Part(alert, "annotations"), "summary", "description", "message"),
            AlertJson.Severity(labels.GetValueOrDefault("severity") ?? ""));
    }

    /// <summary>One event of PagerDuty's webhooks v3; those that change no standing (acknowledged, annotated) bring no alert.</summary>
    private static AlertBatch Event(JsonElement root)
    {
        var told = AlertJson.Part(root, "event");
        var (id, kind, at) = (AlertJson.Text(told, "id"), AlertJson.Text(told, "event_type"), AlertJson.Moment(told, "occurred_at"));
        if (id.Length == 0 || kind.Length == 0 || at is null)
        {
            throw new FormatException("this is not an event of PagerDuty's webhooks v3: event.id, event.event_type or event.occurred_at is missing");
        }

        bool? isFiring = kind switch { "incident.triggered" or "incident.reopened" => true, "incident.resolved" => false, _ => null };
        var data = AlertJson.Part(told, "data");
        if (isFiring is not { } firing || AlertJson.Text(data, "title") is not { Length: > 0 } title)
        {
            return new AlertBatch([], id, at);
        }

        var labels = AlertJson.Labels(data).SetItem("service", AlertJson.Text(AlertJson.Part(data, "service"), "summary")).SetItem("service_id", AlertJson.Text(AlertJson.Part(data, "service"), "id"));
        var severity = AlertJson.Text(AlertJson.Part(data, "priority"), "summary") is { Length: > 0 } priority ? priority : AlertJson.Text(data, "urgency");
        return new AlertBatch([new IncomingAlert(title, AlertJson.Text(data, "id"), firing, at, labels, title, AlertJson.Severity(severity))], id, at);
    }

    /// <summary><c>{alert, service, status, severity, message, at, id, labels}</c>, or a list of them as <c>alerts</c>.</summary>
    private static AlertBatch Plain(JsonElement root)
    {
        var (items, left) = root.TryGetProperty("alerts", out _) ? Items(root) : ([root], 0);
        return new AlertBatch([.. items.Select(One)], LeftOut: left);
    }

    private static IncomingAlert One(JsonElement json)
    {
        var name = AlertJson.Text(json, "alert");
        if (name.Length == 0)
        {
            throw new FormatException("the name of the alert is missing: {\"alert\": \"QueueIsFull\", \"service\": \"shop\", \"status\": \"firing\", \"message\": \"…\"}");
        }

        var labels = AlertJson.Labels(AlertJson.Part(json, "labels"));
        labels = AlertJson.Text(json, "service") is { Length: > 0 } service ? labels.SetItem("service", service) : labels;
        return new IncomingAlert(
            name,
            AlertJson.Text(json, "id") is { Length: > 0 } id ? id : AlertJson.Hash(labels),
            Firing(AlertJson.Text(json, "status") is { Length: > 0 } status ? status : "firing"),
            AlertJson.Moment(json, "at"),
            labels,
            AlertJson.Message(json, "message"),
            AlertJson.Severity(AlertJson.Text(json, "severity")));
    }

    private static (IReadOnlyList<JsonElement> Items, long LeftOut) Items(JsonElement root)
    {
        var list = AlertJson.Part(root, "alerts");
        return list.ValueKind == JsonValueKind.Array
            ? ([.. list.EnumerateArray().Take(AlertJson.MostAlerts)], Math.Max(0, list.GetArrayLength() - AlertJson.MostAlerts))
            : throw new FormatException("there is no list of alerts in it");
    }

    private static bool Firing(string status) => status switch
    {
        "firing" or "alerting" => true,
        "resolved" or "ok" => false,
        _ => throw new FormatException($"an alert's status is {SourceHttp.Line(status)}, neither firing nor resolved"),
    };
}
