using System.Diagnostics;
using System.Globalization;
using System.Text;
using Nightjar.Logs;
using Nightjar.Logs.Events;
using Nightjar.Logs.Templates;

namespace Nightjar.Benchmarks;

/// <summary>How well and how fast log lines are grouped, on public logs whose true groups are known (Loghub-2k; Zhu et al., ISSRE 2023).</summary>
internal sealed class LogsBenchmark : IBenchmark
{
    private const int Rounds = 100;

    private const int Distinct = 10_000_000;

    private const long Gigabyte = 1_000_000_000;

    private const int Chunk = 1 << 18;

    private const string Triggers = "CRITICAL|container_unhealthy|healing_failed|auto_heal_failed";

    public string Name => "logs";

    public string Says => "grouping accuracy of the template miner on the systems in --data DIR (laid out like loghub), its speed, and the time from a line to its signal (--latency: only that; --distinct: only the memory of ten million lines of which no two are alike)";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) => arguments.Contains("--distinct")
        ? [.. DistinctLines.Measure(Distinct)]
        : [.. arguments.Contains("--latency") ? [] : OnData(arguments), .. await LineLatency.MeasureAsync(cancellationToken)];

    private static IReadOnlyList<Row> OnData(IReadOnlyList<string> arguments)
    {
        var at = arguments.ToList().IndexOf("--data");
        var folder = at >= 0 && at + 1 < arguments.Count ? arguments[at + 1] : Path.Combine("..", "shared", "data", "loghub");
        if (!Directory.Exists(folder))
        {
            Console.Error.WriteLine($"skipped: no data in {folder}; name a folder laid out like loghub with --data DIR");
            return [];
        }

        var systems = Directory.GetDirectories(folder).Order().Select(d => (Name: Path.GetFileName(d), Lines: Read(Directory.GetFiles(d, "*_structured.csv").Single()))).ToList();
        var rows = new List<Row>();
        var (online, settled) = (new List<double>(), new List<double>());
        foreach (var (name, lines) in systems)
        {
            var (first, last) = Accuracy(lines);
            online.Add(first);
            settled.Add(last);
            rows.Add(new Row($"{name}: online", first, "GA"));
            rows.Add(new Row($"{name}: settled", last, "GA"));
        }

        rows.Add(new Row("mean: strictly online", online.Average(), "GA", "at least 0.95", online.Average() >= 0.95));
        rows.Add(new Row("mean: settled", settled.Average(), "GA", "at least 0.97", settled.Average() >= 0.97));
        var speed = Speed([.. systems.SelectMany(s => s.Lines).Select(l => Event(l.Text))]);
        rows.Add(new Row("lines mined a second, one thread, masks included", speed, "/s", "at least 1,000,000", speed >= 1_000_000));
        rows.AddRange(Scan([.. systems.SelectMany(s => s.Lines).Select(l => l.Text)]));
        return rows;
    }

    /// <summary>A file of a gigabyte is read and looked through for the usual triggers, and by grep in the same minute.</summary>
    private static IEnumerable<Row> Scan(string[] lines)
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var file = new StreamWriter(path, false, Encoding.Latin1, 1 << 20))
            {
                for (long size = 0, i = 0; size < Gigabyte; i++)
                {
                    var line = i % 50_000 == 7 ? "CRITICAL: auto_heal_failed" : lines[i % lines.Length];
                    file.Write(line);
                    file.Write('\n');
                    size += line.Length + 1;
                }
            }

            var (grepped, grep) = Best(() => Grep(path));
            var (scanned, scan) = Best(() => Look(path));
            return
            [
                new Row("lines with a trigger, by grep -cE", grepped, "lines"),
                new Row("lines with a trigger, by the scan", scanned, "lines", "the same", scanned == grepped),
                new Row("grep -cE over 1 GB", grep, "s"),
                new Row("trigger scan over 1 GB", scan, "s", "no slower than grep", scan <= grep),
            ];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (long Found, double Seconds) Best(Func<long> run)
    {
        var (found, best) = (0L, double.MaxValue);
        for (var i = 0; i < 3; i++)
        {
            var began = Stopwatch.GetTimestamp();
            found = run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return (found, best);
    }

    private static long Grep(string path)
    {
        using var grep = Process.Start(new ProcessStartInfo("grep", ["-cE", Triggers, path]) { RedirectStandardOutput = true }) ?? throw new InvalidOperationException("grep did not start");
        var found = grep.StandardOutput.ReadToEnd();
        grep.WaitForExit();
        return long.Parse(found, CultureInfo.InvariantCulture);
    }

    /// <summary>Lines with a trigger: after a hit, the rest of its line is passed over.</summary>
    private static long Look(string path)
    {
        var trigger = new TriggerScan.Trigger(Triggers);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        var (bytes, chars) = (new byte[Chunk], new char[2 * Chunk]);
        var (held, found) = (0, 0L);
        int read;
        while ((read = file.Read(bytes)) > 0)
        {
            Encoding.Latin1.GetChars(bytes.AsSpan(0, read), chars.AsSpan(held));
            var text = chars.AsSpan(0, held + read);
            var end = text.LastIndexOf('\n') + 1;
            found += Count(trigger, text[..end]);
            text[end..].CopyTo(chars);
            held = text.Length - end;
        }

        return found + Count(trigger, chars.AsSpan(0, held));
    }

    private static long Count(TriggerScan.Trigger trigger, ReadOnlySpan<char> text)
    {
        var found = 0L;
        while (trigger.IndexIn(text) is >= 0 and var at)
        {
            found++;
            var next = text[at..].IndexOf('\n');
            text = next < 0 ? [] : text[(at + next + 1)..];
        }

        return found;
    }

    /// <summary>Share of lines whose group holds exactly the lines of their true event: with the id at arrival, and with the one at the end.</summary>
    private static (double Online, double Settled) Accuracy(IReadOnlyList<(string Text, string Event)> lines)
    {
        var miner = new TemplateMiner();
        var online = lines.Select(l => miner.Learn(Event(l.Text)).Key).ToList();
        var settled = lines.Select(l => miner.KeyOf(l.Text)).ToList();
        var truth = lines.Select(l => l.Event).ToList();
        return (Share(online, truth), Share(settled, truth));
    }

    private static double Share(List<ulong> groups, List<string> truth)
    {
        var sizes = truth.CountBy(t => t).ToDictionary();
        var right = groups.Index().GroupBy(g => g.Item).Where(g => g.Select(x => truth[x.Index]).Distinct().Count() == 1 && sizes[truth[g.First().Index]] == g.Count()).Sum(g => g.Count());
        return (double)right / truth.Count;
    }

    /// <summary>The best of three, since other programs take time away and none gives it.</summary>
    private static double Speed(LogEvent[] events) => Enumerable.Range(0, 3).Max(_ =>
    {
        var miner = new TemplateMiner();
        Array.ForEach(events, e => miner.Learn(e));
        var began = Stopwatch.GetTimestamp();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var line in events)
            {
                miner.Learn(line);
            }
        }

        return Rounds * (long)events.Length / Stopwatch.GetElapsedTime(began).TotalSeconds;
    });

    private static LogEvent Event(string text) => new() { At = DateTimeOffset.UnixEpoch, Message = text, Raw = text };

    /// <summary>The columns Content and EventId (RFC 4180).</summary>
    private static List<(string Text, string Event)> Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var head = Fields(lines[0]);
        var (text, id) = (head.IndexOf("Content"), head.IndexOf("EventId"));
        return [.. lines.Skip(1).Select(Fields).Select(f => (f[text], f[id]))];
    }

    private static List<string> Fields(string line)
    {
        var (fields, field, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '"' when quoted && i + 1 < line.Length && line[i + 1] == '"':
                    field.Append('"');
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    fields.Add(field.ToString());
                    field.Clear();
                    break;
                case var c:
                    field.Append(c);
                    break;
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
