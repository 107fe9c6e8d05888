using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Testing;

/// <summary>The stand-in's answers, with every field that GitHub's published description requires.</summary>
internal sealed partial class GitHubStandIn
{
    private static readonly string[] UserLinks = ["followers_url", "following_url", "gists_url", "starred_url", "subscriptions_url", "organizations_url", "repos_url", "events_url", "received_events_url"];

    private static readonly string[] RepositoryLinks =
    [
        "archive_url", "assignees_url", "blobs_url", "branches_url", "collaborators_url", "comments_url", "commits_url", "compare_url", "contents_url", "contributors_url", "deployments_url", "downloads_url", "events_url", "forks_url",
        "git_commits_url", "git_refs_url", "git_tags_url", "hooks_url", "issue_comment_url", "issue_events_url", "issues_url", "keys_url", "labels_url", "languages_url", "merges_url", "milestones_url", "notifications_url", "pulls_url",
        "releases_url", "stargazers_url", "statuses_url", "subscribers_url", "subscription_url", "tags_url", "teams_url", "trees_url",
    ];

    private string Here => $"{Api.AbsoluteUri}/repos/acme/shop";

    private string Page(int number) => $"{Site.GetLeftPart(UriPartial.Authority)}/acme/shop/pull/{number}";

    private JsonObject UserJson(string login)
    {
        var user = new JsonObject
        {
            ["login"] = login, ["id"] = login.Length, ["node_id"] = $"U_{login}", ["avatar_url"] = $"{Site}avatars/{login}", ["gravatar_id"] = "", ["url"] = $"{Api}/users/{login}", ["html_url"] = $"{Site}{login}", ["type"] = "User", ["site_admin"] = false,
        };
        foreach (var link in UserLinks)
        {
            user[link] = $"{Api}/users/{login}/{link[..^4]}";
        }

        return user;
    }

    private JsonObject RepositoryJson()
    {
        var repository = new JsonObject
        {
            ["id"] = 1, ["node_id"] = "R_1", ["name"] = "shop", ["full_name"] = "acme/shop", ["owner"] = UserJson("acme"), ["private"] = true, ["html_url"] = $"{Site}acme/shop", ["description"] = null, ["fork"] = false, ["url"] = Here,
            ["git_url"] = CloneUrl, ["ssh_url"] = "git@127.0.0.1:acme/shop.git", ["clone_url"] = CloneUrl, ["svn_url"] = $"{Site}acme/shop", ["mirror_url"] = null, ["homepage"] = null, ["language"] = null, ["license"] = null,
            ["forks"] = 0, ["forks_count"] = 0, ["stargazers_count"] = 0, ["watchers"] = 0, ["watchers_count"] = 0, ["network_count"] = 0, ["subscribers_count"] = 0, ["size"] = 1, ["open_issues"] = 0, ["open_issues_count"] = 0,
            ["default_branch"] = "main", ["has_issues"] = true, ["has_projects"] = false, ["has_wiki"] = false, ["has_pages"] = false, ["has_downloads"] = false, ["has_discussions"] = false, ["archived"] = false, ["disabled"] = false,
            ["pushed_at"] = "2020-01-01T00:00:00Z", ["created_at"] = "2020-01-01T00:00:00Z", ["updated_at"] = "2020-01-01T00:00:00Z",
            ["permissions"] = new JsonObject { ["admin"] = UserIsAdmin, ["maintain"] = UserIsAdmin, ["push"] = UserMayWrite, ["triage"] = UserMayWrite, ["pull"] = true },
        };
        foreach (var link in RepositoryLinks)
        {
            repository[link] = $"{Here}/{link[..^4]}";
        }

        return repository;
    }

    private async Task<JsonNode> PullAsync(StandInPull pull, bool whole)
    {
        var head = pull.Head ?? await HeadAsync(pull.Branch) ?? new string('0', 40);
        var json = new JsonObject
        {
            ["url"] = $"{Here}/pulls/{pull.Number}", ["id"] = pull.Number, ["node_id"] = $"PR_{pull.Number}", ["html_url"] = Page(pull.Number), ["diff_url"] = $"{Page(pull.Number)}.diff", ["patch_url"] = $"{Page(pull.Number)}.patch",
            ["issue_url"] = $"{Here}/issues/{pull.Number}", ["commits_url"] = $"{Here}/pulls/{pull.Number}/commits", ["review_comments_url"] = $"{Here}/pulls/{pull.Number}/comments", ["review_comment_url"] = $"{Here}/pulls/comments/1",
            ["comments_url"] = $"{Here}/issues/{pull.Number}/comments", ["statuses_url"] = $"{Here}/statuses/{head}", ["number"] = pull.Number, ["state"] = pull.ClosedAt is null ? "open" : "closed", ["locked"] = false, ["title"] = pull.Title,
            ["user"] = UserJson(pull.Author), ["body"] = pull.Body.Length == 0 ? null : pull.Body, ["labels"] = LabelsJson(pull), ["milestone"] = null, ["created_at"] = Time(pull.At), ["updated_at"] = Time(pull.At), ["closed_at"] = Time(pull.ClosedAt),
            ["merged_at"] = pull.MergeCommit is null ? null : Time(pull.ClosedAt), ["merge_commit_sha"] = pull.MergeCommit ?? head, ["assignee"] = null, ["assignees"] = new JsonArray(), ["requested_reviewers"] = new JsonArray([.. pull.Reviewers.Select(UserJson)]),
            ["requested_teams"] = new JsonArray(), ["draft"] = pull.Draft, ["author_association"] = "MEMBER", ["auto_merge"] = null, ["head"] = End(pull.Branch, head), ["base"] = End(pull.Base, await HeadAsync(pull.Base) ?? ""), ["_links"] = LinksJson(pull.Number),
        };
        if (whole)
        {
            foreach (var (name, value) in new (string, JsonNode?)[]
            {
                ("merged", pull.MergeCommit is not null), ("mergeable", pull.ClosedAt is null ? true : null), ("mergeable_state", "clean"), ("merged_by", pull.MergeCommit is null || pull.ClosedBy is null ? null : UserJson(pull.ClosedBy)), ("comments", pull.Comments.Count),
                ("review_comments", 0), ("maintainer_can_modify", false), ("commits", pull.Commits), ("additions", 1), ("deletions", 1), ("changed_files", 1),
            })
            {
                json[name] = value;
            }
        }

        return json;
    }

    private JsonObject End(string branch, string sha) => new() { ["label"] = $"acme:{branch}", ["ref"] = branch, ["sha"] = sha, ["user"] = UserJson("acme"), ["repo"] = RepositoryJson() };

    private JsonObject LinksJson(int number) => new()
    {
        ["self"] = Link($"{Here}/pulls/{number}"), ["html"] = Link(Page(number)), ["issue"] = Link($"{Here}/issues/{number}"), ["comments"] = Link($"{Here}/issues/{number}/comments"), ["review_comments"] = Link($"{Here}/pulls/{number}/comments"),
        ["review_comment"] = Link($"{Here}/pulls/comments/1"), ["commits"] = Link($"{Here}/pulls/{number}/commits"), ["statuses"] = Link($"{Here}/statuses/1"),
    };

    private static JsonObject Link(string url) => new() { ["href"] = url };

    private JsonObject IssueJson(StandInPull pull) => new()
    {
        ["url"] = $"{Here}/issues/{pull.Number}", ["repository_url"] = Here, ["labels_url"] = $"{Here}/issues/{pull.Number}/labels", ["comments_url"] = $"{Here}/issues/{pull.Number}/comments", ["events_url"] = $"{Here}/issues/{pull.Number}/events",
        ["html_url"] = Page(pull.Number), ["id"] = pull.Number, ["node_id"] = $"I_{pull.Number}", ["number"] = pull.Number, ["title"] = pull.Title, ["user"] = UserJson(pull.Author), ["labels"] = LabelsJson(pull), ["state"] = pull.ClosedAt is null ? "open" : "closed",
        ["locked"] = false, ["assignee"] = null, ["assignees"] = new JsonArray(), ["milestone"] = null, ["comments"] = pull.Comments.Count, ["created_at"] = Time(pull.At), ["updated_at"] = Time(pull.At), ["closed_at"] = Time(pull.ClosedAt),
        ["closed_by"] = pull.ClosedBy is null ? null : UserJson(pull.ClosedBy), ["author_association"] = "MEMBER", ["body"] = pull.Body,
        ["pull_request"] = new JsonObject { ["url"] = $"{Here}/pulls/{pull.Number}", ["html_url"] = Page(pull.Number), ["diff_url"] = $"{Page(pull.Number)}.diff", ["patch_url"] = $"{Page(pull.Number)}.patch" },
    };

    private JsonObject CommentJson(StandInComment comment) => new()
    {
        ["id"] = comment.Id, ["node_id"] = $"IC_{comment.Id}", ["url"] = $"{Here}/issues/comments/{comment.Id}", ["html_url"] = $"{Page(comment.Pull)}#issuecomment-{comment.Id}", ["issue_url"] = $"{Here}/issues/{comment.Pull}", ["user"] = UserJson(comment.Author),
        ["created_at"] = Time(comment.At), ["updated_at"] = Time(comment.At), ["author_association"] = "MEMBER", ["body"] = comment.Body,
    };

    private JsonArray LabelsJson(StandInPull pull) => new([.. pull.Labels.Select(l => LabelJson(l, Labels.GetValueOrDefault(l, "ededed")))]);

    private JsonObject LabelJson(string name, string colour) =>
        new() { ["id"] = name.Length, ["node_id"] = $"LA_{name}", ["url"] = $"{Here}/labels/{Uri.EscapeDataString(name)}", ["name"] = name, ["color"] = colour, ["default"] = false, ["description"] = "" };

    private (int, JsonNode?) Branch(string name)
    {
        if (name.EndsWith("/protection", StringComparison.Ordinal))
        {
            return Protection is null ? (404, Error("Branch not protected")) : UserIsAdmin ? (200, Protection.DeepClone()) : (403, Error("Resource not accessible by personal access token"));
        }

        var commit = new JsonObject
        {
            ["sha"] = new string('a', 40), ["node_id"] = "C_1", ["url"] = $"{Here}/commits/1", ["html_url"] = $"{Here}/commits/1", ["comments_url"] = $"{Here}/commits/1/comments", ["author"] = UserJson("ann"), ["committer"] = UserJson("ann"), ["parents"] = new JsonArray(),
            ["commit"] = new JsonObject { ["url"] = $"{Here}/git/commits/1", ["author"] = null, ["committer"] = null, ["message"] = "m", ["comment_count"] = 0, ["tree"] = new JsonObject { ["sha"] = "b", ["url"] = $"{Here}/git/trees/b" } },
        };
        return name != "main" ? (404, Error("Branch not found")) : (200, new JsonObject
        {
            ["name"] = name, ["commit"] = commit, ["protected"] = Protection is not null || ReviewRule is not null, ["protection"] = new JsonObject { ["enabled"] = Protection is not null }, ["protection_url"] = $"{Here}/branches/{name}/protection",
            ["_links"] = new JsonObject { ["self"] = $"{Here}/branches/{name}", ["html"] = $"{Site}acme/shop/tree/{name}" },
        });
    }

    private JsonArray RulesJson() => ReviewRule is not { } rule ? [] :
    [
        new JsonObject { ["type"] = "deletion", ["ruleset_source_type"] = "Repository", ["ruleset_source"] = "acme/shop", ["ruleset_id"] = 42 },
        new JsonObject
        {
            ["type"] = "pull_request", ["ruleset_source_type"] = "Repository", ["ruleset_source"] = "acme/shop", ["ruleset_id"] = 42,
            ["parameters"] = new JsonObject { ["required_approving_review_count"] = rule.Approvals, ["dismiss_stale_reviews_on_push"] = false, ["require_code_owner_review"] = false, ["require_last_push_approval"] = false, ["required_review_thread_resolution"] = false },
        },
    ];

    private JsonObject RulesetJson(StandInRule rule) =>
        new() { ["id"] = 42, ["name"] = "main", ["target"] = "branch", ["source_type"] = "Repository", ["source"] = "acme/shop", ["enforcement"] = "active", ["current_user_can_bypass"] = rule.CurrentUserCanBypass };

    private JsonObject Invalid(string resource, string code, string says)
    {
        var error = new JsonObject { ["resource"] = resource, ["code"] = code };
        error[code == "custom" ? "message" : "field"] = says;
        return new JsonObject { ["message"] = "Validation Failed", ["errors"] = new JsonArray(error), ["documentation_url"] = "https://docs.github.com/rest", ["status"] = "422" };
    }

    private static string? Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
