using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Events;
using Nightjar.Logs.Lines;
using Nightjar.Logs.Rates;
using Nightjar.Logs.Templates;

namespace Nightjar.Logs;

/// <summary>
/// What is known from the log of one service: templates, kinds of errors, rates, triggers that matched. Written by its watcher,
/// read by whoever wants a digest.
/// </summary>
internal sealed class ServiceLog
{
    /// <summary>Triggers that matched and were not handed over yet; each is a kind of its own within a second.</summary>
    private const int MostFired = 200;

    private readonly Lock gate = new();
    private readonly Service service;
    private readonly TimeProvider clock;
    private readonly EventReader reader;
    private readonly TemplateMiner miner = new();
    private readonly RecentLines recent = new();
    private readonly ErrorGroups errors;
    private readonly RateWindow window;
    private readonly BucketLedger buckets;
    private readonly TriggerScan triggers;
    private readonly RepeatLimit triggerRepeats;
    private readonly RepeatLimit alarmRepeats;
    private readonly List<Signal> fired = [];
    private DigestCounts counts = new();
    private readonly int windowSeconds;

    /// <param name="seconds">How far back windows can be read; at least the window of the service's error rate.</param>
    /// <param name="everywhere">Triggers of every service.</param>
    public ServiceLog(Service service, TimeProvider clock, int seconds = 0, ImmutableArray<LogTrigger> everywhere = default)
    {
        this.service = service;
        this.clock = clock;
        windowSeconds = Math.Clamp((int)Math.Ceiling(service.ErrorRate.Window.TotalSeconds), 1, 3_600);
        reader = new EventReader(Lines, clock.LocalTimeZone);
        errors = new ErrorGroups(service.ErrorRate.Window);
        window = new RateWindow(Math.Max(seconds, windowSeconds));
        buckets = new BucketLedger(service.Name, service.ErrorRate.Of);
        triggers = new TriggerScan(service.Name, [.. service.Triggers, .. everywhere.IsDefault ? [] : everywhere]);
        triggerRepeats = new RepeatLimit(clock);
        alarmRepeats = new RepeatLimit(clock);
    }

    public LineCounts Lines { get; } = new();

    /// <summary>Templates that had to go because there were too many.</summary>
    public long DroppedTemplates => miner.Dropped;

    /// <summary>Events taken in so far.</summary>
    public long Events { get; private set; }

    public void Take(ReadOnlySpan<byte> text, bool isBacklog)
    {
        lock (gate)
        {
            Take(reader.Read(text, clock.GetUtcNow(), isBacklog));
        }
    }

    /// <summary>A trigger would match, were this all of the event.</summary>
    public bool IsUrgent(ReadOnlySpan<byte> text)
    {
        lock (gate)
        {
            return triggers.Scan(reader.Read(text, clock.GetUtcNow(), isBacklog: false)) is not null;
        }
    }

    /// <param name="written">When its source says that it was written.</param>
    public void TakeWritten(ReadOnlySpan<byte> text, DateTimeOffset written)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            Take(reader.Read(text, written < now ? written : now, isBacklog: false));
        }
    }

    /// <summary>Takes a line that was there before, unless it is older than asked for.</summary>
    public void TakeSince(ReadOnlySpan<byte> text, DateTimeOffset from)
    {
        lock (gate)
        {
            var line = reader.Read(text, clock.GetUtcNow(), isBacklog: true);
            if (line.At >= from)
            {
                Take(line);
            }
        }
    }

    /// <summary>What the error rate says at the newest event, at most once a second for each problem.</summary>
    /// <param name="open">Events that may still grow, but count already.</param>
    public ImmutableArray<Signal> Alarms(IReadOnlyList<byte[]> open)
    {
        lock (gate)
        {
            var lines = open.Select(text => reader.Read(text, clock.GetUtcNow(), isBacklog: false)).ToList();
            var end = lines.Select(SecondOf).Append(window.Latest ?? long.MinValue).Max();
            return end == long.MinValue ? [] : [.. AlarmsAt(end, lines).Where(alarmRepeats.Passes)];
        }
    }

    /// <summary>What the error rate would have said in any second of the span; of each problem its worst moment.</summary>
    public ImmutableArray<Signal> AlarmsSince(DateTimeOffset from)
    {
        lock (gate)
        {
            if (window.Latest is not { } latest)
            {
                return [];
            }

            var worst = new Dictionary<string, Signal>(StringComparer.Ordinal);
            for (var end = from.ToUnixTimeSeconds(); end <= latest; end++)
            {
                foreach (var signal in AlarmsAt(end, []))
                {
                    var subject = Fingerprint.Subject(signal, FingerprintStrategy.Evidence);
                    if (!worst.TryGetValue(subject, out var known) || signal.Rate?.Rate > known.Rate?.Rate)
                    {
                        worst[subject] = signal;
                    }
                }
            }

            return [.. worst.Values];
        }
    }

    /// <summary>Triggers that matched since the last call.</summary>
    public ImmutableArray<Signal> TakeFired()
    {
        lock (gate)
        {
            ImmutableArray<Signal> taken = [.. fired];
            fired.Clear();
            return taken;
        }
    }

    public IReadOnlyList<RateBucket> TakeBuckets()
    {
        lock (gate)
        {
            var taken = buckets.Take();
            return service.ErrorRate.CountsLogs ? taken : [];
        }
    }

    /// <summary>Goes on from what an earlier run kept. False when that cannot be read: then it learns anew.</summary>
    public bool TakeUp(byte[] kept)
    {
        if (TemplateMemory.Read(kept) is not var (known, templates))
        {
            return false;
        }

        lock (gate)
        {
            counts = known;
            miner.TakeUp(templates);
        }

        return true;
    }

    /// <summary>What was learned, for the next run.</summary>
    public byte[] Keep()
    {
        lock (gate)
        {
            return TemplateMemory.Write(counts, miner.Keep());
        }
    }

    public LogDigest Digest(DateTimeOffset onset, DateTimeOffset now)
    {
        lock (gate)
        {
            var around = recent.Around(onset);
            var digest = Digests.Make(onset, now, service.ErrorRate.Window, counts, miner.Templates, errors.All) with { Around = around };
            return around is [{ At: var first }, ..] && first > onset
                ? digest with { Missing = [.. digest.Missing, string.Create(CultureInfo.InvariantCulture, $"log lines around the onset: the newest that are kept begin at {first:u}")] }
                : digest;
        }
    }

    private void Take(LogEvent line)
    {
        Events++;
        counts.Add(line);
        recent.Add(line);
        var template = miner.Learn(line);
        var kind = line.IsFailure ? errors.Learn(line, template.Key) : null;
        window.Add(SecondOf(line), line, kind?.Number);
        buckets.Add(line.At, line);
        if (fired.Count < MostFired && triggers.Scan(line) is { } signal && triggerRepeats.Passes(signal))
        {
            fired.Add(signal);
        }
    }

    private ImmutableArray<Signal> AlarmsAt(long end, List<LogEvent> open)
    {
        if (!service.ErrorRate.CountsLogs)
        {
            return [];
        }

        var totals = window.Read(end, windowSeconds);
        var groups = new List<ErrorGroup>();
        foreach (var line in open)
        {
            var known = line.IsFailure ? errors.Peek(line, miner.KeyOf(line.Template ?? line.Message)) : null;
            totals.Add(line, known?.Number);
            if (line.IsFailure && known is null)
            {
                groups.Add(new ErrorGroup(line.ErrorClass, line.ErrorMessage, 1, line.At, line.At, line.Frames, line.Raw));
            }
        }

        var unit = totals.Unit(service.ErrorRate.Of);
        var (failed, all) = unit == RateUnit.Requests ? (totals.RequestErrors, totals.Requests) : (totals.LineErrors, totals.Lines);
        if (failed == 0 || all < service.ErrorRate.MinVolume)
        {
            return [];
        }

        foreach (var (number, count) in totals.Groups)
        {
            if (errors.Find(number) is { } error)
            {
                groups.Add(new ErrorGroup(error.ErrorClass, error.Message, count, error.Since, error.LastSeen, error.Frames, error.Sample));
            }
        }

        var to = DateTimeOffset.FromUnixTimeSeconds(end + 1);
        return ErrorRateDetector.Detect(service.Name, new RateReading(to.AddSeconds(-windowSeconds), to, failed, all, unit), groups, service.ErrorRate);
    }

    /// <summary>By the event's own time; a clock that runs ahead cannot push the window into the future.</summary>
    private long SecondOf(LogEvent line) => Math.Min(line.At.ToUnixTimeSeconds(), clock.GetUtcNow().ToUnixTimeSeconds());
}
