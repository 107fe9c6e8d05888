using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Signals;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteWatchMarks(SqliteFile file) : IWatchMarks
{
    public Task<string?> GetAsync(string key, CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.ExecuteScalar<string?>("SELECT value FROM marks WHERE key = @key", new { key = StoredText.Clean(key) }),
        cancellationToken);

    /// <summary>Within the transaction of the caller.</summary>
    /// <exception cref="ArgumentException">A mark is longer than what is kept of one.</exception>
    public static void Set(SqliteConnection connection, IReadOnlyDictionary<string, string> marks)
    {
        if (marks.FirstOrDefault(mark => mark.Value.Length > StoredText.LongestData) is { Key: { } tooLong })
        {
            throw new ArgumentException($"The mark {tooLong} is longer than {StoredText.LongestData} characters", nameof(marks));
        }

        connection.Execute(
            "INSERT INTO marks (key, value) VALUES (@key, @value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            marks.Select(mark => new { key = StoredText.Clean(mark.Key), value = StoredText.Clean(mark.Value) }));
    }
}
