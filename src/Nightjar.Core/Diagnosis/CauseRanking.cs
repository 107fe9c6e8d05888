using System.Collections.Immutable;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Investigation;

namespace Nightjar.Core.Diagnosis;

/// <summary>What the evidence alone says of the cause, before anybody thinks about it. "Unresolved" is an answer.</summary>
public sealed record CauseRanking
{
    public static readonly CauseRanking None = new() { Unresolved = "no evidence was looked at" };

    /// <summary>The likeliest first.</summary>
    public ImmutableArray<RankedCause> Causes { get; init; } = [];

    /// <summary>Why no cause is named; null when the first one is.</summary>
    public string? Unresolved { get; init; }

    /// <summary>What the causes point to by id. Masked, but otherwise word for word.</summary>
    public ImmutableArray<Quote> Quotes { get; init; } = [];

    /// <summary>What could not be looked at.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>The first cause, when it is likely enough to be named.</summary>
    public RankedCause? Named => Unresolved is null && !Causes.IsDefaultOrEmpty ? Causes[0] : null;

    public IEnumerable<Quote> QuotesOf(RankedCause cause) => Quotes.Where(q => cause.Evidence.Contains(q.Id));
}

/// <summary>One cause with its weight.</summary>
public sealed record RankedCause
{
    public required string Cause { get; init; }

    public required string Family { get; init; }

    public required ObjectRef About { get; init; }

    /// <summary>One sentence of Markdown; names from outside are inline code.</summary>
    public required string Says { get; init; }

    /// <summary>0 to 1 (see <see cref="Calibration"/>).</summary>
    public required double Confidence { get; init; }

    /// <summary>What the confidence is made of.</summary>
    public ImmutableArray<ScorePart> Parts { get; init; } = [];

    /// <summary>Ids of quotes.</summary>
    public ImmutableArray<string> Evidence { get; init; } = [];

    public string Change { get; init; } = "";

    public string Confirm { get; init; } = "";

    public string Refute { get; init; } = "";

    public string Condition { get; init; } = "";

    public ImmutableArray<ObjectRef> Affects { get; init; } = [];

    public ImmutableArray<string> Against { get; init; } = [];

    public DateTimeOffset? Since { get; init; }
}

/// <param name="Name">Such as <c>directness</c>, <c>dependency</c>, <c>order</c>, <c>unique</c>, <c>contradiction</c>.</param>
/// <param name="Points">What it adds to the score, or takes away.</param>
public sealed record ScorePart(string Name, string Says, double Points);
