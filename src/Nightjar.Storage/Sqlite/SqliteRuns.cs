using System.Collections.Immutable;
using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Runs;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteRuns(SqliteFile file) : IRuns
{
    private const int LongestList = 1_000;

    private const int LongestReport = 64 * 1024;

    private const string Columns = "id, incident, started_at AS StartedAt, ended_at AS EndedAt, namespace, mode, status, pods, errors, fixes, log_after AS LogAfter, log_last AS LogLast";

    private volatile string mode = Mode.Observe.ToString();

    public void In(Mode now) => mode = now.ToString();

    public Task<Run> BeginAsync(Run draft, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            // One process holds the store: whatever else is still running was left by one that is gone.
            connection.Execute(
                "UPDATE runs SET status = @failed, ended_at = @at, report = 'It was cut off before its end.', log_last = log_after WHERE incident IS NULL AND status = @running",
                new { failed = RunStatus.Failed.ToString(), running = RunStatus.Running.ToString(), at = draft.StartedAt.UtcTicks });
            var after = connection.ExecuteScalar<long>("SELECT COALESCE(MAX(sequence), 0) FROM journal");
            var run = draft with { Log = (after, after) };
            return run with { Id = Insert(connection, run) };
        },
        cancellationToken);

    public Task EndAsync(RunRecord record, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            var run = record.Run;
            connection.Execute(
                "UPDATE runs SET ended_at = @EndedAt, status = @Status, pods = @Pods, errors = @Errors, fixes = @Fixes, report = @Report, log_last = @LogLast WHERE id = @Id",
                Values(run));
            WriteFixes(connection, run.Id, record.Fixes);
            return 0;
        },
        cancellationToken);

    public Task<IReadOnlyList<Run>> ListAsync(RunQuery query, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<Run>>(
        connection =>
        {
            var where = string.Concat(query.Namespace is null ? "" : " AND namespace = @space", query.Before is null ? "" : " AND id < @before");
            return [.. connection.Query<Row>($"SELECT {Columns}, '' AS report FROM runs WHERE 1{where} ORDER BY id DESC LIMIT @limit", new { space = query.Namespace is { } space ? StoredText.Bounded(space) : null, before = query.Before, limit = Math.Clamp(query.Limit, 0, LongestList) }).Select(r => r.ToRun())];
        },
        cancellationToken);

    public Task<RunRecord?> GetAsync(long id, CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.QuerySingleOrDefault<Row>($"SELECT {Columns}, report FROM runs WHERE id = @id", new { id }) is not { } row
            ? null
            : new RunRecord(row.ToRun(), [.. connection.Query<FixRow>("SELECT key, at, namespace, pod_name AS Pod, error_type AS ErrorType, error_message AS ErrorMessage, fix_applied AS Applied, status FROM fixes WHERE run = @id ORDER BY at, key", new { id }).Select(f => f.ToFix())]),
        cancellationToken);

    public Task<IReadOnlyList<string>> NamespacesAsync(CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<string>>(
        connection => [.. connection.Query<string>("SELECT DISTINCT namespace FROM runs WHERE namespace <> '' ORDER BY namespace")],
        cancellationToken);

    /// <summary>Brings the run of an incident up to date, in the transaction that writes the incident. Its mode is the one it began in.</summary>
    internal void Keep(SqliteConnection connection, Incident incident)
    {
        var record = IncidentRun.Of(incident, Enum.Parse<Mode>(mode));
        if (connection.ExecuteScalar<long?>("SELECT id FROM runs WHERE incident = @id", new { id = incident.Id.Value }) is { } known)
        {
            connection.Execute(
                "UPDATE runs SET ended_at = @EndedAt, namespace = @Namespace, status = @Status, pods = @Pods, errors = @Errors, fixes = @Fixes, report = @Report WHERE id = @Id",
                Values(record.Run with { Id = known }));
            WriteFixes(connection, known, record.Fixes);
        }
        else
        {
            WriteFixes(connection, Insert(connection, record.Run), record.Fixes);
        }
    }

    private static long Insert(SqliteConnection connection, Run run) => connection.ExecuteScalar<long>(
        """
        INSERT INTO runs (incident, started_at, ended_at, namespace, mode, status, pods, errors, fixes, report, log_after, log_last)
        VALUES (@Incident, @StartedAt, @EndedAt, @Namespace, @Mode, @Status, @Pods, @Errors, @Fixes, @Report, @LogAfter, @LogLast) RETURNING id
        """,
        Values(run));

    private static object Values(Run run) => new
    {
        run.Id,
        Incident = run.Incident?.Value,
        StartedAt = run.StartedAt.UtcTicks,
        EndedAt = run.EndedAt?.UtcTicks,
        Namespace = StoredText.Bounded(run.Namespace),
        Mode = run.Mode.ToString(),
        Status = run.Status.ToString(),
        run.Pods,
        run.Errors,
        run.Fixes,
        Report = StoredText.Bounded(run.Report, LongestReport),
        LogAfter = run.Log?.After,
        LogLast = run.Log?.Last,
    };

    private static void WriteFixes(SqliteConnection connection, long run, ImmutableArray<Fix> fixes)
    {
        connection.Execute("DELETE FROM fixes WHERE run = @run", new { run });
        connection.Execute(
            "INSERT INTO fixes (run, key, at, namespace, pod_name, error_type, error_message, fix_applied, status) VALUES (@run, @key, @at, @space, @pod, @type, @message, @applied, @status)",
            fixes.Select(f => new
            {
                run,
                key = StoredText.Clean(f.Key),
                at = f.At.UtcTicks,
                space = StoredText.Bounded(f.Namespace),
                pod = StoredText.Bounded(f.Pod),
                type = StoredText.Bounded(f.ErrorType),
                message = StoredText.Bounded(f.ErrorMessage),
                applied = StoredText.Bounded(f.Applied),
                status = f.Status.ToString(),
            }));
    }

    private sealed record Row(long Id, long? Incident, long StartedAt, long? EndedAt, string Namespace, string Mode, string Status, long Pods, long Errors, long Fixes, long? LogAfter, long? LogLast, string Report)
    {
        public Run ToRun() => new()
        {
            Id = Id,
            Incident = Incident is { } incident ? new IncidentId(incident) : null,
            StartedAt = Moments.At(StartedAt),
            EndedAt = EndedAt is { } ended ? Moments.At(ended) : null,
            Namespace = Namespace,
            Mode = Enum.Parse<Mode>(Mode),
            Status = Enum.Parse<RunStatus>(Status),
            Pods = (int)Pods,
            Errors = (int)Errors,
            Fixes = (int)Fixes,
            Report = Report,
            Log = LogAfter is { } after ? (after, LogLast ?? after) : null,
        };
    }

    private sealed record FixRow(string Key, long At, string Namespace, string Pod, string ErrorType, string ErrorMessage, string Applied, string Status)
    {
        public Fix ToFix() => new(Key, Moments.At(At), Namespace, Pod, ErrorType, ErrorMessage, Applied, Enum.Parse<FixStatus>(Status));
    }
}
