using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Core.Proposal;

/// <summary>The draft pull request of an incident, as the incident remembers it.</summary>
/// <param name="Url">For people.</param>
public sealed record ReviewRequest(string Host, int Number, string Url, string Branch, string BaseBranch, DateTimeOffset OpenedAt)
{
    /// <summary>The last commit that we pushed to the branch.</summary>
    public string? Head { get; init; }

    public DateTimeOffset? MergedAt { get; init; }

    public string? MergedBy { get; init; }

    public string? MergeCommit { get; init; }

    /// <summary>True when what was merged is not what we pushed last; null when that is not known.</summary>
    public bool? MergedModified { get; init; }

    /// <summary>Since when no signal came while the request is open.</summary>
    public DateTimeOffset? QuietSince { get; init; }

    /// <summary>What people had done on it when it was last looked at.</summary>
    public ReviewActivity? Activity { get; init; }

    /// <summary>The signals that people were told of on the request.</summary>
    public Repeats? Told { get; init; }
}

/// <summary>How many signals there had been at a time.</summary>
public sealed record Repeats(long Count, DateTimeOffset At);

/// <summary>What was committed to the request's branch, and how its check went.</summary>
public sealed record ProposedChange(string Subject, string Summary, string? FixCommit, string? ReportCommit, string? ReportPath, CheckResult? Check, string Why)
{
    public ImmutableArray<string> Tried { get; init; } = [];

    /// <summary>What a person loses or risks by taking it, in a sentence; empty when its author said nothing.</summary>
    public string Risk { get; init; } = "";

    /// <summary>Which tests prove it, in a sentence.</summary>
    public string Tests { get; init; } = "";

    /// <summary>The incident report, which is also at <see cref="ReportPath"/> on the request's branch where there is one.</summary>
    public string Report { get; init; } = "";
}

/// <summary>How a service's own check went.</summary>
/// <param name="Fence">What it ran inside, such as <c>bubblewrap</c>; <c>none</c> when it ran without one.</param>
/// <param name="Output">The last 20 kB of what it printed.</param>
public sealed record CheckResult(bool Passed, int? ExitCode, TimeSpan Took, string Fence, string Output)
{
    public string Says => Passed ? $"passed in {Took.TotalSeconds:0.0} s (fence: {Fence})" : ExitCode is null ? $"did not finish within its time ({Took.TotalSeconds:0} s)" : $"failed with exit code {ExitCode} after {Took.TotalSeconds:0.0} s";
}

/// <summary>Runs a service's own check in a clone. The fence room implements it.</summary>
public interface IServiceCheck
{
    /// <exception cref="NoFenceException">The code comes from a model and no fence can be had.</exception>
    Task<CheckResult> RunAsync(Service service, string clonePath, Investigation.CodeOrigin origin, CancellationToken cancellationToken);
}

/// <summary>Code that a model wrote is never run without a fence.</summary>
public sealed class NoFenceException(string message) : Exception(message);

/// <summary>The host of a service's requests; null when it has none.</summary>
public delegate ICodeHost? HostOf(Service service);

/// <summary>
/// Where pull requests live: the local host, GitHub. Nothing in here merges or marks ready. What cannot be known or done is
/// thrown, never taken for "none"; a host that wants to be left alone for a while throws <see cref="Pipeline.TryLaterException"/>.
/// </summary>
public interface ICodeHost
{
    string Name { get; }

    /// <summary>How often it may be asked about one request; null where <see cref="Pipeline.ReviewOptions.Poll"/> is fine.</summary>
    TimeSpan? Pace => null;

    /// <summary>The open request whose branch this is; null when there is none. Throws when it cannot know.</summary>
    Task<HostedRequest?> FindAsync(Service service, string branch, CancellationToken cancellationToken);

    /// <summary>An open request that bears all of these labels; null when there is none. Throws when it cannot know.</summary>
    Task<HostedRequest?> FindByLabelsAsync(Service service, ImmutableArray<string> labels, CancellationToken cancellationToken);

    Task<HostedRequest> OpenDraftAsync(Service service, DraftRequest draft, CancellationToken cancellationToken);

    Task<HostedRequest> GetAsync(Service service, int number, CancellationToken cancellationToken);

    /// <summary>Replaces title, body and our labels; null leaves one as it is, and labels that people gave it stay.</summary>
    Task EditAsync(Service service, int number, string? title, string? body, ImmutableArray<string>? labels, CancellationToken cancellationToken);

    /// <summary>Writes the comment with this key, or another text into it when it is there already.</summary>
    Task CommentAsync(Service service, int number, string key, string markdown, CancellationToken cancellationToken);

    /// <summary>True when a comment with this key is there already.</summary>
    Task<bool> HasCommentAsync(Service service, int number, string key, CancellationToken cancellationToken);
}

public sealed record DraftRequest(IncidentId Incident, string Branch, string BaseBranch, string Title, string Body, ImmutableArray<string> Labels);

public enum HostedState
{
    Open,
    Merged,
    Closed,
}

/// <summary>A pull request as its host has it now.</summary>
public sealed record HostedRequest
{
    public required int Number { get; init; }

    public required ServiceName Service { get; init; }

    public IncidentId? Incident { get; init; }

    public required string Branch { get; init; }

    public required string BaseBranch { get; init; }

    /// <summary>The branch's commit when it was last looked at; tells a branch that was rewritten or deleted from one that grew.</summary>
    public string? Head { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public ImmutableArray<string> Labels { get; init; } = [];

    public bool IsDraft { get; init; } = true;

    public HostedState State { get; init; }

    public required string Url { get; init; }

    public DateTimeOffset OpenedAt { get; init; }

    public string? ClosedBy { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public string? MergeCommit { get; init; }

    /// <summary>Commits of the branch; 0 where the host does not count them.</summary>
    public int Commits { get; init; }

    /// <summary>What people did on it besides; null where the host has no such thing.</summary>
    public ReviewActivity? Activity { get; init; }
}

/// <summary>What people did on a request short of ending it.</summary>
/// <param name="Comments">Remarks of people; ours are not counted.</param>
/// <param name="Reviewers">Whose review was asked for, by name, comma separated.</param>
public sealed record ReviewActivity(bool IsDraft, int Comments, string Reviewers);

/// <summary>A remark under a request.</summary>
public sealed record RequestComment(string Key, string Author, string Markdown, DateTimeOffset At);

/// <summary>The requests of the local host on disk.</summary>
public interface IRequestRecords
{
    /// <summary>Gives it its number.</summary>
    Task<HostedRequest> AddAsync(HostedRequest request, CancellationToken cancellationToken);

    Task<HostedRequest?> GetAsync(int number, CancellationToken cancellationToken);

    Task<IReadOnlyList<HostedRequest>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Replaces everything but how it ended: that is <see cref="EndAsync"/>'s, so a late edit cannot reopen a request.</summary>
    Task UpdateAsync(HostedRequest request, CancellationToken cancellationToken);

    /// <summary>Closes it as merged or closed if it is still open; false when somebody was first.</summary>
    Task<bool> EndAsync(int number, HostedState state, string by, DateTimeOffset at, string? mergeCommit, CancellationToken cancellationToken);

    /// <summary>Replaces the text of the comment with the key, when it is there.</summary>
    Task CommentAsync(int number, RequestComment comment, CancellationToken cancellationToken);

    Task<IReadOnlyList<RequestComment>> CommentsAsync(int number, CancellationToken cancellationToken);
}

/// <summary>What a signed-in person does to a request of the local host. No other host has such a thing.</summary>
public interface ILocalReview
{
    /// <summary>The diff of the request's branch against its base, bounded to 1 MB.</summary>
    Task<string> DiffAsync(HostedRequest request, CancellationToken cancellationToken);

    /// <summary>The commits that the branch adds, oldest first.</summary>
    Task<ImmutableArray<Investigation.CommitFacts>> CommitsAsync(HostedRequest request, CancellationToken cancellationToken);

    /// <summary>Merges in a private clone and moves the base branch.</summary>
    /// <param name="expectedHead">The last commit that the person saw: another one is not merged. Null takes what is there.</param>
    Task<ReviewAnswer> MergeAsync(int number, string? expectedHead, string person, CancellationToken cancellationToken);

    Task<ReviewAnswer> CloseAsync(int number, string person, CancellationToken cancellationToken);
}

/// <summary>How a press of a button ended, in words for the person who pressed it.</summary>
public sealed record ReviewAnswer(bool Done, string Says, string? MergeCommit = null);
