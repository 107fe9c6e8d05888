using Dapper;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteLogMemory(SqliteFile file, TimeProvider clock) : ILogMemory
{
    /// <summary>Ten times what the fullest log needs; more is a mistake.</summary>
    private const int Longest = 10_000_000;

    public Task<byte[]?> LoadAsync(ServiceName service, CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.ExecuteScalar<byte[]?>("SELECT state FROM log_memory WHERE service = @service", new { service = StoredText.Clean(service.Value) }),
        cancellationToken);

    public Task SaveAsync(ServiceName service, byte[] state, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(state.Length, Longest);
        return file.WriteAsync(
            connection => connection.Execute(
                "INSERT INTO log_memory (service, saved_at, state) VALUES (@service, @at, @state) ON CONFLICT (service) DO UPDATE SET saved_at = excluded.saved_at, state = excluded.state",
                new { service = StoredText.Clean(service.Value), at = clock.GetUtcNow().UtcTicks, state }),
            cancellationToken);
    }
}
