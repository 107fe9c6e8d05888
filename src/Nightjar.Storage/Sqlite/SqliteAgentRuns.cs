using Dapper;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteAgentRuns(SqliteFile file) : IAgentRuns
{
    public Task<IReadOnlyList<AgentRun>> SinceAsync(DateTimeOffset since, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<AgentRun>>(
        connection => [.. connection.Query<Row>("SELECT incident, key, at FROM agent_runs WHERE at > @since ORDER BY at", new { since = since.UtcTicks }).Select(r => new AgentRun(new IncidentId(r.Incident), r.Key, Moments.At(r.At)))],
        cancellationToken);

    public Task BeginAsync(AgentRun run, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute("INSERT INTO agent_runs (incident, key, at) VALUES (@incident, @Key, @at) ON CONFLICT DO NOTHING", new { incident = run.Incident.Value, run.Key, at = run.At.UtcTicks }),
        cancellationToken);

    private sealed record Row(long Incident, string Key, long At);
}
