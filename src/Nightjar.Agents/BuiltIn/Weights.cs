namespace Nightjar.Agents.BuiltIn;

/// <summary>
/// What each named fact adds to the log-odds that a commit is the cause; confidence = 1 / (1 + e^-sum). They are judgements,
/// not measurements: set so that no single fact reaches one half, place and time together do, and an error that points
/// elsewhere outweighs both. <c>eval</c> cases are what they should be tuned against.
/// </summary>
internal static class Weights
{
    /// <summary>Before anything is known: about 1 in 13. Most commits break nothing.</summary>
    public const double Prior = -2.5;

    /// <summary>Below this no commit is named.</summary>
    public const double Threshold = 0.5;

    /// <summary>However much speaks for it, a person should still look.</summary>
    public const double MostConfidence = 0.97;

    public const double FailingLine = 2.0;
    public const double FailingFunction = 1.2;
    public const double CalledFunction = 1.4;
    public const double FailingFile = 0.6;
    public const double CalledFile = 0.4;
    public const double Elsewhere = -1.0;

    public const double NewestChange = 0.7;
    public const double NewMessage = 1.8;
    public const double ErrorClass = 1.0;

    public const double FormattingOnly = -3.0;
    public const double NothingThatRuns = -3.0;
    public const double Broad = -0.5;
    public const double FirstCommit = -4.0;
    public const double Dependency = -2.5;

    /// <summary>Lines changed from which a commit touches so much that touching something says little.</summary>
    public const int BroadLines = 400;

    /// <summary>What a place further out on the stack still counts: the outermost frames are on every stack of the service.</summary>
    public static double Depth(int order) => Math.Max(0.4, 1 - (0.2 * order));

    /// <summary>By how long before the onset it came to run.</summary>
    public static double Age(TimeSpan age) => age switch
    {
        { TotalHours: <= 1 } => 1.5,
        { TotalDays: <= 1 } => 1.0,
        { TotalDays: <= 7 } => 0.3,
        { TotalDays: <= 30 } => -0.5,
        { TotalDays: <= 90 } => -1.2,
        _ => -2.0,
    };

    /// <summary>
    /// What a second suspect takes away: at most one of the two is the cause, so P = e^a / (1 + e^a + e^b), which is the logistic
    /// of a - ln(1 + e^b).
    /// </summary>
    public static double Rival(double second) => -Math.Log(1 + Math.Exp(second));

    public static double Confidence(double logOdds) => Math.Min(MostConfidence, 1 / (1 + Math.Exp(-logOdds)));
}
