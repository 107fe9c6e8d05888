using System.Globalization;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Probes;

/// <summary>
/// Whether right answers come too late: so many of the last ones over a limit, or their median far above what is usual. Usual is the median
/// of the answers before, learnt while it is well, and far is counted in their own scatter too (median absolute deviation; Rousseeuw and
/// Croux, 1993), so that a service that was never even is not told for being uneven.
/// </summary>
internal sealed class AnswerPace(SlowAnswers options)
{
    /// <summary>Answers that are learnt from: at one in ten seconds, the last hour.</summary>
    private const int MostLearnt = 360;

    /// <summary>Fewer tell nothing of what is usual.</summary>
    private const int FewestLearnt = 30;

    /// <summary>Scatter above the usual, as standard deviations of a normal one.</summary>
    private const double Deviations = 6;

    private const double MadToDeviation = 1.4826;

    /// <summary>Less than that nobody waits for, whatever it was before.</summary>
    private const double LeastMilliseconds = 50;

    private readonly Queue<double> last = new();
    private readonly Queue<double> usual = new();
    private bool isSlow;

    /// <summary>Takes in how long an answer took; returns what is wrong, null when it is well.</summary>
    public string? Take(TimeSpan took)
    {
        last.Enqueue(took.TotalMilliseconds);
        if (last.Count > options.Of && last.Dequeue() is var learnt && !isSlow)
        {
            usual.Enqueue(learnt);
            if (usual.Count > MostLearnt)
            {
                usual.Dequeue();
            }
        }

        var says = OverLimit() ?? OverUsual();
        isSlow = says is not null;
        return says;
    }

    private string? OverLimit()
    {
        if (options.Over is not { } limit)
        {
            return null;
        }

        var slow = last.Count(ms => ms > limit.TotalMilliseconds);
        return slow >= (isSlow ? Math.Max(1, options.Times / 2) : options.Times)
            ? string.Create(CultureInfo.InvariantCulture, $"{slow} of the last {last.Count} answers took longer than {limit.TotalSeconds:0.###} s, the last one {last.Last() / 1_000:0.###} s")
            : null;
    }

    private string? OverUsual()
    {
        if (options.Factor is not { } factor || last.Count < options.Of || usual.Count < FewestLearnt)
        {
            return null;
        }

        var now = Median(last);
        var before = Median(usual);
        var scatter = Median(usual.Select(ms => Math.Abs(ms - before))) * MadToDeviation;
        // Half of the way back ends it, so that it does not come and go at the edge.
        var limit = Math.Max(Math.Max(before * factor, before + (Deviations * scatter)), LeastMilliseconds) * (isSlow ? (1 + (1 / factor)) / 2 : 1);
        return now > limit
            ? string.Create(CultureInfo.InvariantCulture, $"answers take {now:0} ms in the median of the last {last.Count}, usually {before:0} ms")
            : null;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
