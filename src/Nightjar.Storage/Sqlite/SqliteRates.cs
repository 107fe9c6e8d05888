using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteRates(SqliteFile file) : IRates
{
    public Task AddAsync(IReadOnlyList<RateBucket> buckets, IReadOnlyDictionary<string, string> marks, CancellationToken cancellationToken) => buckets.Count + marks.Count == 0 ? Task.CompletedTask : file.WriteAsync(
        connection =>
        {
            Add(connection, buckets);
            SqliteWatchMarks.Set(connection, marks);
        },
        cancellationToken);

    public Task<RateReading> ReadAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => file.ReadAsync(
        connection =>
        {
            var (errors, total, lines) = connection.QuerySingle<(long, long, long)>(
                "SELECT COALESCE(SUM(errors), 0), COALESCE(SUM(total), 0), COALESCE(MAX(counts_lines), 0) FROM rates WHERE service = @service AND start >= @from AND start < @to",
                new { service = StoredText.Clean(service.Value), from = from.UtcTicks, to = to.UtcTicks });
            return new RateReading(from, to, errors, total, Unit(lines));
        },
        cancellationToken);

    public Task<IReadOnlyList<RateBucket>> SeriesAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<RateBucket>>(
        connection =>
        [
            .. connection.Query<(long Start, long Errors, long Total, long Lines)>(
                "SELECT start, errors, total, counts_lines FROM rates WHERE service = @service AND start >= @from AND start < @to ORDER BY start",
                new { service = StoredText.Clean(service.Value), from = from.UtcTicks, to = to.UtcTicks }).Select(row => new RateBucket(service, Moments.At(row.Start), row.Errors, row.Total, Unit(row.Lines))),
        ],
        cancellationToken);

    private static void Add(SqliteConnection connection, IReadOnlyList<RateBucket> buckets) => connection.Execute(
        """
        INSERT INTO rates (service, start, errors, total, counts_lines) VALUES (@service, @start, @errors, @total, @lines)
        ON CONFLICT (service, start) DO UPDATE SET
            errors = errors + excluded.errors,
            total = total + excluded.total,
            counts_lines = MAX(counts_lines, excluded.counts_lines)
        """,
        buckets.Select(b => new { service = StoredText.Clean(b.Service.Value), start = SliceOf(b.Start), errors = b.Errors, total = b.Total, lines = b.Of == RateUnit.Lines }));

    private static long SliceOf(DateTimeOffset start) => start.UtcTicks - (start.UtcTicks % RateBucket.Slice.Ticks);

    private static RateUnit Unit(long countsLines) => countsLines != 0 ? RateUnit.Lines : RateUnit.Requests;
}
