using System.Diagnostics;
using System.Text;
using Nightjar.Logs.Events;
using Nightjar.Logs.Templates;

namespace Nightjar.Benchmarks;

/// <summary>Lines that have nothing in common, as binary or encrypted output has: what the miner keeps of them must not grow.</summary>
internal static class DistinctLines
{
    private const long Most = 64_000_000;

    private const int Words = 6;

    public static IEnumerable<Row> Measure(int lines)
    {
        var miner = new TemplateMiner();
        var text = new StringBuilder(100);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (early, began) = (0L, Stopwatch.GetTimestamp());
        for (var i = 0; i < lines; i++)
        {
            Learn(miner, text, (ulong)i);
            if (i == lines / 10)
            {
                early = GC.GetTotalMemory(forceFullCollection: true) - before;
            }
        }

        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var late = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(miner);
        yield return new Row("lines, no two alike", lines, "lines");
        yield return new Row("templates kept", miner.Templates.Count(), "templates", $"at most {TemplateMiner.MostTemplates:N0}", miner.Templates.Count() <= TemplateMiner.MostTemplates);
        yield return new Row("templates that had to go, counted", miner.Dropped, "templates");
        yield return new Row("memory after a tenth of them", early / 1e6, "MB");
        yield return new Row("memory after all of them", late / 1e6, "MB", "at most 64, and not a tenth more than after a tenth", late <= Most && late <= early * 1.1);
        yield return new Row("such lines mined a second, one thread", lines / took, "/s");
    }

    /// <summary>Words of letters alone, so that nothing of them is masked.</summary>
    private static void Learn(TemplateMiner miner, StringBuilder text, ulong number)
    {
        text.Clear();
        for (var word = 0; word < Words; word++)
        {
            // Fibonacci hashing: other letters for every line and word.
            for (var rest = ((number * Words) + (ulong)word + 1) * 11_400_714_819_323_198_485UL; rest > 0xFFFF; rest >>= 8)
            {
                text.Append((char)('a' + (rest % 26)));
            }

            text.Append(' ');
        }

        var line = text.ToString();
        miner.Learn(new LogEvent { At = DateTimeOffset.UnixEpoch.AddMilliseconds(number), Message = line, Raw = line });
    }
}
