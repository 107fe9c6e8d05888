using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;

namespace Nightjar.Storage.Sqlite;

/// <summary>
/// Reservations that come at the same time share one transaction, and so one disk sync. Totals are kept in memory, which is sound
/// because a store has one holder; a transaction that fails forgets them.
/// </summary>
internal sealed class SqliteSpendLedger(SqliteFile file, TimeProvider clock) : ISpendLedger
{
    private const decimal Billion = 1_000_000_000;

    /// <summary>Of one transaction: a few milliseconds.</summary>
    private const int MostAtOnce = 500;

    /// <summary>Totals kept; more are read again when they are asked for.</summary>
    private const int MostTotals = 10_000;

    private readonly ConcurrentQueue<Wish> queue = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<string, long> totals = new(StringComparer.Ordinal);
    private long lastId = -1;

    public async Task<Reservation> ReserveAsync(SpendPurpose purpose, SpendCaps caps, string model, decimal worstCase, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var wish = new Wish(purpose, caps, model, Nano(worstCase), clock.GetUtcNow());
        queue.Enqueue(wish);

        // From here on it is not given up: a wish that was granted and that nobody waits for would be money lost.
        await turn.WaitAsync(CancellationToken.None);
        try
        {
            // Whoever was before us may have taken our wish along.
            while (!wish.Answer.Task.IsCompleted)
            {
                await AnswerAsync();
            }
        }
        finally
        {
            turn.Release();
        }

        return await wish.Answer.Task;
    }

    public async Task SettleAsync(long reservation, decimal cost, TokenUsage usage, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await file.WriteAsync(connection => Settle(connection, reservation, Nano(cost), usage), cancellationToken);
        }
        catch
        {
            totals.Clear();
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    public Task<SpendFigures> FiguresAsync(IncidentId? incident, CancellationToken cancellationToken) => file.ReadAsync(
        connection => new SpendFigures(
            Sum(connection, "day = @key", Day(clock.GetUtcNow())) / Billion,
            incident is { } id ? Sum(connection, "incident = @key", id.Value) / Billion : 0),
        cancellationToken);

    private void Settle(SqliteConnection connection, long id, long amount, TokenUsage usage)
    {
        if (connection.QueryFirstOrDefault<Row>("SELECT run, incident, service, day, amount FROM spend WHERE id = @id", new { id }) is not { } row)
        {
            return;
        }

        connection.Execute(
            "UPDATE spend SET amount = @amount, settled = 1, input = @Input, output = @Output, cache_write = @write, cache_read = @CacheRead WHERE id = @id",
            new { id, amount, usage.Input, usage.Output, write = usage.CacheWrite + usage.CacheWriteHour, usage.CacheRead });
        foreach (var key in new[] { $"run/{row.Run}", $"incident/{row.Incident}", $"service/{row.Day}/{row.Service}", $"day/{row.Day}" }.Where(totals.ContainsKey))
        {
            totals[key] += amount - row.Amount;
        }
    }

    private async Task AnswerAsync()
    {
        var wishes = new List<Wish>();
        while (wishes.Count < MostAtOnce && queue.TryDequeue(out var wish))
        {
            wishes.Add(wish);
        }

        try
        {
            var answers = await file.WriteAsync(connection => ReserveAll(connection, wishes), CancellationToken.None);
            wishes.Zip(answers).ToList().ForEach(x => x.First.Answer.SetResult(x.Second));
        }
#pragma warning disable CA1031 // Whatever it is, each of those who wait for it is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            totals.Clear();
            lastId = -1;
            wishes.ForEach(w => w.Answer.SetException(e));
        }
    }

    private List<Reservation> ReserveAll(SqliteConnection connection, List<Wish> wishes)
    {
        using var row = new SpendRow(connection);
        return wishes.ConvertAll(w => Reserve(connection, row, w));
    }

    private Reservation Reserve(SqliteConnection connection, SpendRow row, Wish wish)
    {
        var day = Day(wish.At);
        var (purpose, caps) = (wish.Purpose, wish.Caps);
        (string Key, string Where, object[] Keys, decimal Cap, string Name)[] limits =
        [
            ($"run/{purpose.Run}", "run = @key", [StoredText.Clean(purpose.Run)], caps.Run, "this run"),
            ($"incident/{purpose.Incident?.Value}", "incident = @key", [purpose.Incident?.Value ?? 0], purpose.Incident is null ? decimal.MaxValue : caps.Incident, "this incident"),
            ($"service/{day}/{purpose.Service}", "day = @key AND service = @key2", [day, StoredText.Clean(purpose.Service.Value)], caps.ServiceDay, $"{purpose.Service} today"),
            ($"day/{day}", "day = @key", [day], caps.Day, "everything today"),
        ];
        foreach (var limit in limits.Where(l => l.Cap != decimal.MaxValue))
        {
            if (!totals.ContainsKey(limit.Key))
            {
                totals[limit.Key] = Sum(connection, limit.Where, limit.Keys);
            }

            if ((totals[limit.Key] + wish.Amount) / Billion > limit.Cap)
            {
                return new Reservation(0, string.Create(CultureInfo.InvariantCulture, $"the cap of ${limit.Cap:0.00} for {limit.Name} would be passed: ${totals[limit.Key] / Billion:0.00} is spent or reserved, and this call may cost ${wish.Amount / Billion:0.00}"));
            }
        }

        lastId = lastId < 0 ? connection.ExecuteScalar<long>("SELECT COALESCE(MAX(id), 0) + 1 FROM spend") : lastId + 1;
        row.Insert(lastId, wish, day);
        foreach (var limit in limits.Where(l => totals.ContainsKey(l.Key)))
        {
            totals[limit.Key] += wish.Amount;
        }

        if (totals.Count > MostTotals)
        {
            totals.Clear();
        }

        return new Reservation(lastId, null);
    }

    private static long Sum(SqliteConnection connection, string where, params object[] keys) =>
        connection.ExecuteScalar<long>($"SELECT COALESCE(SUM(amount), 0) FROM spend WHERE {where}", new { key = keys[0], key2 = keys.Length > 1 ? keys[1] : null });

    private static long Day(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerDay;

    /// <summary>Rounded up: what is reserved covers what may be spent.</summary>
    private static long Nano(decimal dollars) => (long)Math.Ceiling(Math.Clamp(dollars, 0, 1_000_000) * Billion);

    /// <summary>The one statement that is run for each wish, prepared once for all that come together.</summary>
    private sealed class SpendRow : IDisposable
    {
        private readonly SqliteCommand insert;

        public SpendRow(SqliteConnection connection)
        {
            insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO spend (id, at, day, run, incident, service, model, reserved, amount) VALUES ($id, $at, $day, $run, $incident, $service, $model, $amount, $amount)";
            foreach (var name in new[] { "$id", "$at", "$day", "$run", "$incident", "$service", "$model", "$amount" })
            {
                insert.Parameters.Add(new SqliteParameter { ParameterName = name });
            }
        }

        public void Insert(long id, Wish wish, long day)
        {
            var incident = wish.Purpose.Incident is { } known ? (object)known.Value : DBNull.Value;
            object[] values = [id, wish.At.UtcTicks, day, StoredText.Clean(wish.Purpose.Run), incident, StoredText.Clean(wish.Purpose.Service.Value), StoredText.Bounded(wish.Model), wish.Amount];
            for (var i = 0; i < values.Length; i++)
            {
                insert.Parameters[i].Value = values[i];
            }

            insert.ExecuteNonQuery();
        }

        public void Dispose() => insert.Dispose();
    }

    private sealed record Row
    {
        public string Run { get; init; } = "";

        public long? Incident { get; init; }

        public string Service { get; init; } = "";

        public long Day { get; init; }

        public long Amount { get; init; }
    }

    private sealed record Wish(SpendPurpose Purpose, SpendCaps Caps, string Model, long Amount, DateTimeOffset At)
    {
        public TaskCompletionSource<Reservation> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
