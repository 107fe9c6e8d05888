using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs;

namespace Nightjar.Benchmarks;

/// <summary>
/// How long it takes from a line in a file to the signal at the door, following as the daemon does. Another thread writes, at times that
/// nobody can foresee.
/// </summary>
internal sealed class LineLatency : ISignalDoor, IRates, IWatchMarks, ILogMemory
{
    private const int Files = 8;

    private const int Busy = 25;

    private const int AfterQuiet = 3;

    /// <summary>Longer than a watcher stays awake without lines.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(13);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> expected = new();
    private int numbers;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-latency-");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var run = Task.CompletedTask;
        try
        {
            return await new LineLatency().RunAsync(folder.FullName, r => run = r, stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            folder.Delete(recursive: true);
        }
    }

    private async Task<IReadOnlyList<Row>> RunAsync(string folder, Action<Task> running, CancellationToken cancellationToken)
    {
        var services = Enumerable.Range(0, Files).Select(i => new Service { Name = new ServiceName($"s{i}"), Logs = [Path.Combine(Directory.CreateDirectory(Path.Combine(folder, $"s{i}")).FullName, "app.log")] }).ToList();
        var logs = new LogWatching(new Catalogue(services), [], LogTrigger.Usual, new LogStores(this, this, this, this), TimeProvider.System, NullLoggerFactory.Instance);
        running(Task.WhenAll(logs.Watchers.Select(w => Task.Run(() => w.RunAsync(cancellationToken), cancellationToken))));
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
        var paths = services.Select(s => s.Logs[0]).ToList();
        var json = await Task.WhenAll(paths.Select(p => SeriesAsync(p, Busy, isJson: true, cancellationToken)));
        var plain = await Task.WhenAll(paths.Select(p => SeriesAsync(p, Busy, isJson: false, cancellationToken)));
        var quiet = new List<double>();
        for (var round = 0; round < AfterQuiet; round++)
        {
            await Task.Delay(Quiet, TimeProvider.System, cancellationToken);
            quiet.AddRange((await Task.WhenAll(paths.Select(p => SeriesAsync(p, 1, isJson: round % 2 == 0, cancellationToken)))).SelectMany(x => x));
        }

        return [.. Rows("JSON", json.SelectMany(x => x)), .. Rows("plain text, the last line", plain.SelectMany(x => x)), .. Rows("after 13 quiet seconds", quiet)];
    }

    private static IEnumerable<Row> Rows(string what, IEnumerable<double> times)
    {
        var sorted = times.Order().ToList();
        var median = Report.Median(sorted);
        return [new Row($"line to signal, {what}: median", median, "ms", "under 200", median < 200), new Row($"line to signal, {what}: 95 of 100", sorted[(int)(sorted.Count * 0.95)], "ms")];
    }

    private async Task<List<double>> SeriesAsync(string path, int lines, bool isJson, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < lines; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 900)), TimeProvider.System, cancellationToken);
            var word = Word(Interlocked.Increment(ref numbers));
            var seen = expected[word] = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            var line = isJson ? $$"""{"level":"error","message":"CRITICAL: {{word}}"}""" : $"ERROR CRITICAL: {word}";
            var written = Stopwatch.GetTimestamp();
            await File.AppendAllTextAsync(path, line + "\n", cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(written, await seen.Task.WaitAsync(Patience, TimeProvider.System, cancellationToken)).TotalMilliseconds);
        }

        return times;
    }

    /// <summary>Letters alone: numbers would make one problem of them, which is told once a second.</summary>
    private static string Word(int number) => string.Concat(number.ToString("000000", CultureInfo.InvariantCulture).Select(c => (char)('a' + c - '0')));

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        var now = Stopwatch.GetTimestamp();
        if (expected.TryRemove(signal.Message[(signal.Message.LastIndexOf(' ') + 1)..], out var seen))
        {
            seen.TrySetResult(now);
        }

        return ValueTask.CompletedTask;
    }

    public Task AddAsync(IReadOnlyList<RateBucket> buckets, IReadOnlyDictionary<string, string> marks, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<RateReading> ReadAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<RateBucket>> SeriesAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> GetAsync(string key, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public Task<byte[]?> LoadAsync(ServiceName service, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

    public Task SaveAsync(ServiceName service, byte[] state, CancellationToken cancellationToken) => Task.CompletedTask;
}
