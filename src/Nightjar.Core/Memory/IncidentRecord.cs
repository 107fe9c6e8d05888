using System.Text.Json.Serialization;

namespace Nightjar.Core.Memory;

/// <summary>
/// One line of <c>incidents.jsonl</c>: what is remembered of a finished incident. The first eight fields are those that the
/// first watcher of this kind wrote, under their names; the rest is ours.
/// </summary>
public sealed record IncidentRecord
{
    [JsonPropertyName("ts")]
    public required DateTimeOffset At { get; init; }

    [JsonPropertyName("fingerprint")]
    public required string Fingerprint { get; init; }

    [JsonPropertyName("fp_hash")]
    public required string Hash { get; init; }

    [JsonPropertyName("pr_url")]
    public string? RequestUrl { get; init; }

    [JsonPropertyName("incident_report_path")]
    public string? ReportPath { get; init; }

    [JsonPropertyName("root_cause")]
    public required string RootCause { get; init; }

    [JsonPropertyName("confidence")]
    public double Confidence { get; init; }

    [JsonPropertyName("phase_durations_sec")]
    public required IReadOnlyDictionary<string, double> PhaseSeconds { get; init; }

    [JsonPropertyName("incident")]
    public long Incident { get; init; }

    [JsonPropertyName("service")]
    public required string Service { get; init; }

    [JsonPropertyName("outcome")]
    public required string Outcome { get; init; }

    [JsonPropertyName("suspect_commit")]
    public string? SuspectCommit { get; init; }

    [JsonPropertyName("fix_commit")]
    public string? FixCommit { get; init; }

    [JsonPropertyName("rate_before")]
    public double? RateBefore { get; init; }

    [JsonPropertyName("rate_after")]
    public double? RateAfter { get; init; }

    [JsonPropertyName("opened_at")]
    public DateTimeOffset OpenedAt { get; init; }

    [JsonPropertyName("recurrence_of")]
    public long? RecurrenceOf { get; init; }

    [JsonPropertyName("signals")]
    public long Signals { get; init; }
}

/// <summary>The records of finished incidents; the file is for people and other programs, one line each.</summary>
public interface IIncidentMemory
{
    /// <summary>
    /// Appends; does nothing when the record of this end of the incident (number and time) is there. One that ended before, and was
    /// taken up again, has its new record in the place of the old; a line of the file stays.
    /// </summary>
    Task RememberAsync(IncidentRecord record, CancellationToken cancellationToken);

    /// <summary>Records of the same fingerprint, then of the same service, newest first.</summary>
    Task<IReadOnlyList<IncidentRecord>> SimilarAsync(string hash, string service, int limit, CancellationToken cancellationToken);
}
