namespace Nightjar.Connectors.GitHub;

/// <summary>
/// What stands between our token and the base branch. Nightjar has no code that merges; here it is asked what GitHub itself would
/// refuse. What the API does not tell is said to be unproven, never taken for well.
/// </summary>
internal sealed class Boundary(GitHubApi api)
{
    private const string HowTo =
        "add a ruleset to the repository (Settings > Rules > Rulesets) for the base branch: require a pull request with at least 1 approval, with a bypass list that has neither the token's user nor its app; and give the token no Administration";

    /// <summary>Scopes of a classic token that Nightjar has no use for.</summary>
    private static readonly string[] TooMuch = ["admin:", "delete_repo", "workflow", "write:packages", "user", "gist"];

    public async Task<GitHubStanding> LookAsync(RepositoryId repository, string @base, CancellationToken cancellationToken)
    {
        var (facts, headers) = await api.GetWithHeadersAsync<RepositoryJson>($"repos/{repository}", $"read repository {repository}", cancellationToken);
        var scopes = headers.TryGetValues("X-OAuth-Scopes", out var values) ? string.Join(", ", values) : null;
        var mayAdminister = facts.Permissions is { Admin: true };
        var notes = new List<GitHubNote> { Rights(repository, facts), Scopes(scopes) };
        var (review, isProven) = await ReviewAsync(repository, @base, mayAdminister, cancellationToken);
        notes.Add(review);
        if (mayAdminister && scopes is not null)
        {
            notes.Add(new GitHubNote(GitHubLevel.Warn, "the token's user administers the repository, so the token could take the rules away", "use a token of a user who may write but not administer, or a fine-grained token without Administration"));
            isProven = false;
        }

        return new GitHubStanding([.. notes], isProven);
    }

    private static GitHubNote Rights(RepositoryId repository, RepositoryJson facts) => facts switch
    {
        { Archived: true } => new(GitHubLevel.Fail, $"{repository} is archived: nothing can be pushed", "unarchive it, or set proposals: off"),
        { Permissions: null } => new(GitHubLevel.Warn, $"{repository} can be read; GitHub does not say what the token may do there", "see that it may write Contents, Pull requests and Issues"),
        { Permissions.Push: false } => new(GitHubLevel.Fail, $"{repository} can be read, but the token's user may not write there", "give the user Write, and the token Contents, Pull requests and Issues (read and write)"),
        _ => new(GitHubLevel.Ok, $"{repository} can be read, and the token's user may write there"),
    };

    private static GitHubNote Scopes(string? scopes)
    {
        if (scopes is null)
        {
            return new(GitHubLevel.Ok, "a fine-grained or app token: GitHub does not tell which rights it has; it needs Contents, Pull requests and Issues (read and write), and no others");
        }

        var excess = scopes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(s => Array.Exists(TooMuch, t => s.StartsWith(t, StringComparison.Ordinal))).ToList();
        return excess.Count == 0
            ? new(GitHubLevel.Ok, $"a classic token with the scopes {Shown(scopes)}, which reach every repository of its user")
            : new(GitHubLevel.Warn, $"a classic token with scopes that Nightjar has no use for: {Shown(string.Join(", ", excess))}", "use a fine-grained token for this repository alone, with Contents, Pull requests and Issues (read and write)");
    }

    private async Task<(GitHubNote Note, bool IsProven)> ReviewAsync(RepositoryId repository, string @base, bool mayAdminister, CancellationToken cancellationToken)
    {
        var branch = Uri.EscapeDataString(@base);
        var rules = await api.FindAsync<List<RuleJson>>($"repos/{repository}/rules/branches/{branch}", $"read the rules of {@base} in {repository}", cancellationToken) ?? [];
        foreach (var rule in rules.Where(r => r is { Type: "pull_request", Parameters.RequiredApprovingReviewCount: >= 1 }))
        {
            if (await BypassAsync(repository, rule, cancellationToken) == "never")
            {
                return (new(GitHubLevel.Ok, $"{@base} takes nothing without a review (ruleset {rule.RulesetId}), and our token cannot bypass that"), true);
            }
        }

        if (rules.Exists(r => r is { Type: "pull_request", Parameters.RequiredApprovingReviewCount: >= 1 }))
        {
            return (Unproven($"a ruleset requires a review on {@base}, but that our token cannot bypass it is not proven"), false);
        }

        return await ProtectionAsync(repository, @base, branch, mayAdminister, cancellationToken);
    }

    /// <summary>Whether our own user may bypass the ruleset, as GitHub says it; null when it does not.</summary>
    private async Task<string?> BypassAsync(RepositoryId repository, RuleJson rule, CancellationToken cancellationToken) =>
        rule.RulesetId is { } id
            ? (await api.FindAsync<RulesetJson>($"repos/{repository}/rulesets/{id}", $"read ruleset {id} of {repository}", cancellationToken))?.CurrentUserCanBypass
            : null;

    private async Task<(GitHubNote Note, bool IsProven)> ProtectionAsync(RepositoryId repository, string @base, string branch, bool mayAdminister, CancellationToken cancellationToken)
    {
        var facts = await api.FindAsync<BranchJson>($"repos/{repository}/branches/{branch}", $"read branch {@base} of {repository}", cancellationToken);
        if (facts is null)
        {
            return (new(GitHubLevel.Fail, $"{repository} has no branch {@base}", "correct repository.base"), false);
        }

        if (!facts.Protected)
        {
            return (Unproven($"{@base} is not protected: whoever may push, our token too, can change it without a review"), false);
        }

        ProtectionJson? protection;
        try
        {
            protection = await api.FindAsync<ProtectionJson>($"repos/{repository}/branches/{branch}/protection", $"read the protection of {@base} in {repository}", cancellationToken);
        }
        catch (GitHubException e) when (e.Fault == GitHubFault.Forbidden)
        {
            protection = null;
        }

        return protection switch
        {
            null => (Unproven($"{@base} is protected, but only administrators may read how: that it requires a review is not proven"), false),
            { RequiredPullRequestReviews: not { RequiredApprovingReviewCount: >= 1 } } => (Unproven($"{@base} is protected, but does not require a review"), false),
            { RequiredPullRequestReviews.BypassPullRequestAllowances.Any: true } => (Unproven($"{@base} requires a review, but some may bypass it: that our token is none of them is not proven"), false),
            { EnforceAdmins: not { Enabled: true } } when mayAdminister => (Unproven($"{@base} requires a review, but not of administrators, and the token's user is one"), false),
            _ => (new(GitHubLevel.Ok, $"{@base} takes nothing without a review (branch protection)"), true),
        };
    }

    private static GitHubNote Unproven(string says) => new(GitHubLevel.Warn, says, HowTo);

    private static string Shown(string text) => new([.. text.Where(c => !char.IsControl(c)).Take(200)]);
}
