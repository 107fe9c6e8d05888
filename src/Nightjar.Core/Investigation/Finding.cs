using System.Collections.Immutable;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Investigation;

/// <summary>What an investigation found. "Nothing to propose" is a finding too: <see cref="Suspect"/> is null then.</summary>
public sealed record Finding
{
    /// <summary>Who found it: <c>built-in</c>, or an agent's kind and model.</summary>
    public required string By { get; init; }

    /// <summary>One sentence.</summary>
    public required string RootCause { get; init; }

    /// <summary>The reasoning, in paragraphs of Markdown; written by us or fenced as quoted data.</summary>
    public string Details { get; init; } = "";

    /// <summary>Where the fault is, in the service's repository.</summary>
    public CodePlace? Place { get; init; }

    /// <summary>The commit that brought it in.</summary>
    public SuspectCommit? Suspect { get; init; }

    /// <summary>0 to 1, computed from <see cref="Facts"/> by the built-in investigator, claimed by a model otherwise.</summary>
    public required double Confidence { get; init; }

    /// <summary>The named facts behind the confidence, with their weight.</summary>
    public ImmutableArray<ConfidenceFact> Facts { get; init; } = [];

    /// <summary>Quotes that a reader can check, each with where it is from.</summary>
    public ImmutableArray<Quote> Evidence { get; init; } = [];

    public ImmutableArray<string> RuledOut { get; init; } = [];

    /// <summary>What would have helped and was not there.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    public ImmutableArray<string> ContributingFactors { get; init; } = [];

    /// <summary>What may help at once; null when nothing is wished.</summary>
    public Mitigation? Mitigation { get; init; }

    /// <summary>The same without secrets: it quotes logs and code, and is kept, shown and handed on.</summary>
    public Finding Masked() => this with
    {
        RootCause = Secrets.Mask(RootCause),
        Details = Secrets.Mask(Details),
        Place = Place is { } place ? place with { File = Secrets.Mask(place.File), Function = place.Function is { } function ? Secrets.Mask(function) : null } : null,
        Suspect = Suspect is { } suspect ? suspect with { Author = Secrets.Mask(suspect.Author), Subject = Secrets.Mask(suspect.Subject) } : null,
        Facts = [.. Facts.Select(f => f with { Says = Secrets.Mask(f.Says) })],
        Evidence = [.. Evidence.Select(q => q with { Source = Secrets.Mask(q.Source), Text = Secrets.Mask(q.Text) })],
        RuledOut = Masked(RuledOut),
        Missing = Masked(Missing),
        ContributingFactors = Masked(ContributingFactors),
        Mitigation = Mitigation is { } wish ? wish with { Why = Secrets.Mask(wish.Why) } : null,
    };

    private static ImmutableArray<string> Masked(ImmutableArray<string> texts) => [.. texts.Select(Secrets.Mask)];
}

/// <summary>A place in a repository, at the commit that runs.</summary>
public sealed record CodePlace(string File, int Line, string? Function)
{
    public override string ToString() => $"{File}:{Line}";
}

public sealed record SuspectCommit(string Sha, string Author, DateTimeOffset At, string Subject)
{
    public string Short => Sha.Length > 8 ? Sha[..8] : Sha;
}

/// <param name="Weight">What it adds to (or takes from) the log-odds of the suspect.</param>
public sealed record ConfidenceFact(string Name, string Says, double Weight)
{
    /// <summary>Ids of the quotes that show it, such as <c>E3</c>; empty where nothing can be quoted.</summary>
    public ImmutableArray<string> Evidence { get; init; } = [];
}

/// <param name="Id">Such as <c>E3</c>: what claims in a report point to.</param>
/// <param name="Source">Such as <c>log</c>, <c>blame</c>, <c>commit 1a2b3c4d</c>, <c>error rate</c>.</param>
public sealed record Quote(string Id, string Source, string Text);
