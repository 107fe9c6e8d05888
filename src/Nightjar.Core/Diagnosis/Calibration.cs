using System.Collections.Immutable;

namespace Nightjar.Core.Diagnosis;

/// <summary>
/// From a score to a probability. <b>Not calibrated yet</b>: the steps are judgements (the platform's own plain words about the object in
/// question are right nine times in ten; what merely fits is right every second time), to be replaced by what is measured on bundles with
/// known causes.
/// </summary>
public static class Calibration
{
    /// <summary>Below this no cause is named.</summary>
    public const double Threshold = 0.5;

    /// <summary>From this on a cause is believed without a second opinion.</summary>
    public const double High = 0.8;

    /// <summary>The score from which on a cause is likely enough to be named.</summary>
    public static double Enough => Steps.Where(s => s.Probability >= Threshold).Min(s => s.Score);

    /// <summary>Lowest score of each step, highest first.</summary>
    public static readonly ImmutableArray<(double Score, double Probability)> Steps =
        [(5.5, 0.95), (4.5, 0.9), (3.75, 0.82), (3.0, 0.7), (2.25, 0.55), (1.5, 0.4), (0.75, 0.25), (double.NegativeInfinity, 0.1)];

    public static double Probability(double score) => Steps.First(s => score >= s.Score).Probability;
}
