using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Evidence;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteContainerFigures(SqliteFile file) : IContainerFigures
{
    /// <summary>Each figure goes into a fine slice and into a coarse one: nothing has to be rolled up later.</summary>
    public Task AddAsync(IReadOnlyList<ContainerFigure> figures, CancellationToken cancellationToken) => figures.Count == 0 ? Task.CompletedTask : file.WriteAsync(
        connection =>
        {
            using var insert = connection.CreateCommand();
            insert.CommandText = """
                INSERT INTO container_figures (container, is_fine, start, well, known, responses, response, cpus, cpu, memories, memory, most_memory, memory_limit, restarts, bytes_in, bytes_out, bytes_read, bytes_written)
                VALUES ($container, $fine, $start, $well, $known, $responses, $response, $cpus, $cpu, $memories, $memory, $memory, $limit, $restarts, $in, $out, $read, $written)
                ON CONFLICT (container, is_fine, start) DO UPDATE SET
                    well = well + excluded.well, known = known + excluded.known,
                    responses = responses + excluded.responses, response = response + excluded.response,
                    cpus = cpus + excluded.cpus, cpu = cpu + excluded.cpu,
                    memories = memories + excluded.memories, memory = memory + excluded.memory,
                    most_memory = MAX(most_memory, excluded.most_memory), memory_limit = COALESCE(excluded.memory_limit, memory_limit),
                    restarts = restarts + excluded.restarts,
                    bytes_in = bytes_in + excluded.bytes_in, bytes_out = bytes_out + excluded.bytes_out,
                    bytes_read = bytes_read + excluded.bytes_read, bytes_written = bytes_written + excluded.bytes_written
                """;
            foreach (var figure in figures)
            {
                Write(insert, figure, isFine: true);
                Write(insert, figure, isFine: false);
            }
        },
        cancellationToken);

    public Task<IReadOnlyList<ContainerSlice>> SeriesAsync(string container, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<ContainerSlice>>(
        connection =>
        {
            var isFine = from >= now - IContainerFigures.FineKept;
            return
            [
                .. connection.Query<Row>(
                    "SELECT * FROM container_figures WHERE container = @container AND is_fine = @isFine AND start >= @from AND start < @to ORDER BY start",
                    new { container = StoredText.Clean(container), isFine, from = from.UtcTicks, to = to.UtcTicks }).Select(r => r.Slice(isFine ? IContainerFigures.Fine : IContainerFigures.Coarse)),
            ];
        },
        cancellationToken);

    public Task<IReadOnlyList<(string Container, TimeSpan Mean)>> SlowerThanAsync(TimeSpan mean, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<(string, TimeSpan)>>(
        connection =>
        [
            .. connection.Query<(string Container, long Mean)>(
                """
                SELECT container, SUM(response) / SUM(responses) AS mean FROM container_figures
                WHERE is_fine = 1 AND start >= @from AND start < @to
                GROUP BY container HAVING SUM(responses) > 0 AND SUM(response) / SUM(responses) > @mean ORDER BY mean DESC
                """,
                new { mean = mean.Ticks, from = from.UtcTicks, to = to.UtcTicks }).Select(r => (r.Container, TimeSpan.FromTicks(r.Mean))),
        ],
        cancellationToken);

    public Task<IReadOnlyDictionary<string, double>> UptimeAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyDictionary<string, double>>(
        connection => connection.Query<(string Container, double Share)>(
            "SELECT container, CAST(SUM(well) AS REAL) / SUM(known) FROM container_figures WHERE is_fine = 0 AND start >= @from AND start < @to GROUP BY container HAVING SUM(known) > 0",
            new { from = from.UtcTicks, to = to.UtcTicks }).ToDictionary(r => r.Container, r => r.Share, StringComparer.Ordinal),
        cancellationToken);

    /// <summary>One command for all rows: a sweep of 200 containers writes 400 of them.</summary>
    private static void Write(SqliteCommand insert, ContainerFigure figure, bool isFine)
    {
        var length = (isFine ? IContainerFigures.Fine : IContainerFigures.Coarse).Ticks;
        var moved = figure.Moved;
        insert.Parameters.Clear();
        insert.Parameters.AddWithValue("$container", StoredText.Clean(figure.Container));
        insert.Parameters.AddWithValue("$fine", isFine);
        insert.Parameters.AddWithValue("$start", figure.At.UtcTicks / length * length);
        insert.Parameters.AddWithValue("$well", figure.IsWell == true ? 1 : 0);
        insert.Parameters.AddWithValue("$known", figure.IsWell is null ? 0 : 1);
        insert.Parameters.AddWithValue("$responses", figure.Response is null ? 0 : 1);
        insert.Parameters.AddWithValue("$response", figure.Response?.Ticks ?? 0);
        insert.Parameters.AddWithValue("$cpus", figure.Cpu is null ? 0 : 1);
        insert.Parameters.AddWithValue("$cpu", figure.Cpu ?? 0);
        insert.Parameters.AddWithValue("$memories", figure.Memory is null ? 0 : 1);
        insert.Parameters.AddWithValue("$memory", figure.Memory ?? 0);
        insert.Parameters.AddWithValue("$limit", (object?)figure.MemoryLimit ?? DBNull.Value);
        insert.Parameters.AddWithValue("$restarts", figure.Restarts);
        insert.Parameters.AddWithValue("$in", moved.In);
        insert.Parameters.AddWithValue("$out", moved.Out);
        insert.Parameters.AddWithValue("$read", moved.Read);
        insert.Parameters.AddWithValue("$written", moved.Written);
        insert.ExecuteNonQuery();
    }

    /// <summary>As the table has it; filled by name.</summary>
    private sealed record Row
    {
        public long Start { get; init; }

        public long Well { get; init; }

        public long Known { get; init; }

        public long Responses { get; init; }

        public long Response { get; init; }

        public long Cpus { get; init; }

        public double Cpu { get; init; }

        public long Memories { get; init; }

        public long Memory { get; init; }

        public long Most_Memory { get; init; }

        public long? Memory_Limit { get; init; }

        public long Restarts { get; init; }

        public long Bytes_In { get; init; }

        public long Bytes_Out { get; init; }

        public long Bytes_Read { get; init; }

        public long Bytes_Written { get; init; }

        public ContainerSlice Slice(TimeSpan length) => new(
            Moments.At(Start),
            length,
            Well,
            Known,
            Responses == 0 ? null : TimeSpan.FromTicks(Response / Responses),
            Cpus == 0 ? null : Cpu / Cpus,
            Memories == 0 ? null : Memory / Memories,
            Memories == 0 ? null : Most_Memory,
            Memory_Limit,
            Restarts)
        {
            Moved = (Bytes_In, Bytes_Out, Bytes_Read, Bytes_Written),
        };
    }
}
