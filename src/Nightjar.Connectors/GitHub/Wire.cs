using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nightjar.Connectors.GitHub;

/// <summary>What we read of GitHub's answers; all else is left out.</summary>
internal static class Wire
{
    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
}

internal sealed record UserJson(string? Login);

internal sealed record LabelJson(string? Name);

internal sealed record BranchRefJson(string Ref, string? Sha, RepositoryRefJson? Repo);

internal sealed record RepositoryRefJson(string FullName);

/// <summary>A pull request; lists leave out <see cref="MergedBy"/>, <see cref="Commits"/> and the counts.</summary>
internal sealed record PullJson
{
    public required int Number { get; init; }

    public required string State { get; init; }

    public bool? Draft { get; init; }

    public required string Title { get; init; }

    public string? Body { get; init; }

    public string HtmlUrl { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public DateTimeOffset? MergedAt { get; init; }

    public string? MergeCommitSha { get; init; }

    public UserJson? User { get; init; }

    public UserJson? MergedBy { get; init; }

    public required BranchRefJson Head { get; init; }

    public required BranchRefJson Base { get; init; }

    public IReadOnlyList<LabelJson> Labels { get; init; } = [];

    public IReadOnlyList<UserJson> RequestedReviewers { get; init; } = [];

    public int Commits { get; init; }

    public int Comments { get; init; }

    public int ReviewComments { get; init; }
}

/// <summary>An issue; a pull request is one too.</summary>
internal sealed record IssueJson(int Number, UserJson? ClosedBy, JsonElement? PullRequest);

internal sealed record CommentJson(long Id, string? Body, UserJson? User);

internal sealed record ErrorJson(string? Message, JsonElement? Errors);

internal sealed record RepositoryJson(string FullName, string DefaultBranch, bool? Archived, PermissionsJson? Permissions);

internal sealed record PermissionsJson(bool Admin, bool? Maintain, bool Push, bool? Triage, bool Pull);

internal sealed record BranchJson(string Name, bool Protected);

internal sealed record ProtectionJson(ReviewsJson? RequiredPullRequestReviews, EnabledJson? EnforceAdmins);

internal sealed record ReviewsJson(int? RequiredApprovingReviewCount, AllowancesJson? BypassPullRequestAllowances);

internal sealed record AllowancesJson(IReadOnlyList<UserJson>? Users, IReadOnlyList<LabelJson>? Teams, IReadOnlyList<LabelJson>? Apps)
{
    public bool Any => Users?.Count > 0 || Teams?.Count > 0 || Apps?.Count > 0;
}

internal sealed record EnabledJson(bool Enabled);

internal sealed record RuleJson(string Type, RuleParametersJson? Parameters, long? RulesetId);

internal sealed record RuleParametersJson(int? RequiredApprovingReviewCount);

internal sealed record RulesetJson(string? CurrentUserCanBypass, string? Name);
