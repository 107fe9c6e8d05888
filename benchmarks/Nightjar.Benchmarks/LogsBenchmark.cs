using System.Diagnostics;
using System.Text;
using Nightjar.Logs.Events;
using Nightjar.Logs.Templates;

namespace Nightjar.Benchmarks;

/// <summary>How well and how fast log lines are grouped, on public logs whose true groups are known (Loghub-2k; Zhu et al., ISSRE 2023).</summary>
internal sealed class LogsBenchmark : IBenchmark
{
    private const int Rounds = 100;

    public string Name => "logs";

    public string Says => "grouping accuracy of the template miner on the systems in --data DIR (laid out like loghub), and its speed";

    public Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var at = arguments.ToList().IndexOf("--data");
        var folder = at >= 0 && at + 1 < arguments.Count ? arguments[at + 1] : Path.Combine("..", "shared", "data", "loghub");
        if (!Directory.Exists(folder))
        {
            Console.Error.WriteLine($"skipped: no data in {folder}; name a folder laid out like loghub with --data DIR");
            return Task.FromResult<IReadOnlyList<Row>>([]);
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
        return Task.FromResult<IReadOnlyList<Row>>(rows);
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
