using System.Collections.Immutable;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Proposal;

namespace Nightjar.Core.Diagnosis;

/// <summary>
/// One family of causes. A rule looks at the evidence alone, says what may be the cause of what it sees, and quotes it; how likely each
/// is, in the light of all the others, is the engine's to say. Every class of this kind in this assembly is used: a new family is one file.
/// </summary>
public abstract class CauseRule
{
    /// <summary>Such as <c>scheduling</c>; what its causes are counted under.</summary>
    public abstract string Family { get; }

    /// <summary>What may be the cause; nothing for evidence that this family does not explain.</summary>
    public abstract IEnumerable<Candidate> Look(Facts facts);

    /// <summary>A name from outside in our own sentence.</summary>
    protected static string Name(string name) => Quoting.Inline(name, 100);

    protected static string Name(ObjectRef about) => Quoting.Inline($"{about.Kind.ToLowerInvariant()}/{about.Name}", 120);
}

/// <summary>How plainly the evidence says it.</summary>
public enum Directness
{
    /// <summary>It would look like this, and much else would too.</summary>
    Hints,

    /// <summary>It explains what is seen, and little else does.</summary>
    Fits,

    /// <summary>A typed state or two fields together show it.</summary>
    Shows,

    /// <summary>The platform or the program says so in words.</summary>
    States,
}

/// <summary>What may be the cause, as one rule sees it.</summary>
public sealed record Candidate
{
    /// <summary>Stable, in kebab case: <c>cpu-insufficient</c>.</summary>
    public required string Cause { get; init; }

    /// <summary>What would have to be changed: the workload, the quota, the node.</summary>
    public required ObjectRef About { get; init; }

    /// <summary>In one sentence of ours; names from outside are inline code.</summary>
    public required string Says { get; init; }

    public required Directness Directness { get; init; }

    /// <summary>Never empty: what cannot be quoted is not a cause.</summary>
    public required ImmutableArray<Said> Quotes { get; init; }

    /// <summary>What mends it.</summary>
    public string Change { get; init; } = "";

    public string Confirm { get; init; } = "";

    public string Refute { get; init; } = "";

    /// <summary>By the name that playbooks know this kind of trouble by.</summary>
    public string Condition { get; init; } = "";

    /// <summary>Workloads that suffer from it, where those are others than <see cref="About"/>.</summary>
    public ImmutableArray<ObjectRef> Affects { get; init; } = [];

    /// <summary>It is said of something else that it calls: if that one has a cause of its own, this is a consequence.</summary>
    public ObjectRef? Calls { get; init; }

    /// <summary>When it was first seen; null when the evidence has no time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What of the evidence speaks against it.</summary>
    public ImmutableArray<string> Against { get; init; } = [];
}
