using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Nightjar.Testing;

/// <summary>A pull request of the stand-in.</summary>
internal sealed class StandInPull
{
    public required int Number { get; init; }

    public required string Branch { get; init; }

    public required string Base { get; init; }

    public required string Author { get; init; }

    public required DateTimeOffset At { get; init; }

    public string Title { get; set; } = "";

    public string Body { get; set; } = "";

    public bool Draft { get; set; }

    public List<string> Labels { get; } = [];

    public List<StandInComment> Comments { get; } = [];

    public List<string> Reviewers { get; } = [];

    public string? ClosedBy { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public string? MergeCommit { get; set; }

    /// <summary>Once it ended; until then it is that of the branch.</summary>
    public string? Head { get; set; }

    public int Commits { get; set; }
}

internal sealed class StandInComment
{
    public required long Id { get; init; }

    public required int Pull { get; init; }

    public required string Author { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Body { get; set; }
}

/// <summary>Who may bypass the rule that requires a review, as GitHub says it to the one who asks.</summary>
internal sealed record StandInRule(int Approvals, string? CurrentUserCanBypass);

/// <summary>What is kept, what the API does to it, and what people do in a browser.</summary>
internal sealed partial class GitHubStandIn
{
    private readonly List<StandInPull> pulls = [];
    private long lastId = 1_000;

    public ConcurrentDictionary<string, string> Labels { get; } = new(StringComparer.OrdinalIgnoreCase);

    public StandInRule? ReviewRule { get; set; }

    /// <summary>Classic branch protection of main; null when there is none.</summary>
    public JsonObject? Protection { get; set; }

    public bool UserIsAdmin { get; set; }

    public bool UserMayWrite { get; set; } = true;

    public IReadOnlyList<StandInPull> Pulls => pulls;

    public StandInPull Only => Assert.Single(pulls);

    /// <summary>A person merges in the browser; <paramref name="change"/> is what they change before.</summary>
    public async Task MergeAsync(int number, string how = "merge", string person = "ann", Func<string, Task>? change = null, bool deleteBranch = true)
    {
        var pull = pulls.Single(p => p.Number == number);
        await FreezeAsync(pull);
        var folder = Directory.CreateTempSubdirectory("nightjar-merge-").FullName;
        await GitAsync(folder, "clone", "--quiet", Bare, ".");
        await GitAsync(folder, "checkout", "--quiet", pull.Base);
        if (how == "rebase")
        {
            await GitAsync(folder, "checkout", "--quiet", pull.Branch);
            await GitAsync(folder, "rebase", "--quiet", "--no-ff", pull.Base);
            await GitAsync(folder, "checkout", "--quiet", "-B", pull.Base);
        }
        else
        {
            await GitAsync(folder, how == "squash" ? ["merge", "--quiet", "--squash", $"origin/{pull.Branch}"] : ["merge", "--quiet", "--no-ff", "--no-commit", $"origin/{pull.Branch}"]);
            await (change?.Invoke(folder) ?? Task.CompletedTask);
            await GitAsync(folder, "add", "-A");
            await GitAsync(folder, "commit", "--quiet", "-m", $"Merge pull request #{number} from acme/{pull.Branch}");
        }

        await GitAsync(folder, "push", "--quiet", "origin", pull.Base);
        pull.MergeCommit = await GitAsync(folder, "rev-parse", "HEAD");
        (pull.ClosedAt, pull.ClosedBy, pull.Draft) = (clock.GetUtcNow(), person, false);
        Directory.Delete(folder, recursive: true);
        if (deleteBranch)
        {
            await GitAsync(Bare, "branch", "-D", pull.Branch);
        }
    }

    public async Task CloseAsync(int number, string person = "ann")
    {
        var pull = pulls.Single(p => p.Number == number);
        await FreezeAsync(pull);
        (pull.ClosedAt, pull.ClosedBy) = (clock.GetUtcNow(), person);
    }

    /// <summary>GitHub closes the request of a branch that is deleted.</summary>
    public async Task DeleteBranchAsync(int number)
    {
        await CloseAsync(number);
        await GitAsync(Bare, "branch", "-D", pulls.Single(p => p.Number == number).Branch);
    }

    public StandInComment Comment(StandInPull pull, string person, string text)
    {
        var comment = new StandInComment { Id = ++lastId, Pull = pull.Number, Author = person, At = clock.GetUtcNow(), Body = text };
        pull.Comments.Add(comment);
        return comment;
    }

    /// <summary>A request that was there before.</summary>
    public StandInPull Add(string branch, string author, params string[] labels)
    {
        var pull = new StandInPull { Number = pulls.Count + 1, Branch = branch, Base = "main", Author = author, At = clock.GetUtcNow(), Title = "Earlier", Draft = true };
        pull.Labels.AddRange(labels);
        pulls.Add(pull);
        return pull;
    }

    private async Task<(int, JsonNode?)> OpenAsync(JsonObject body)
    {
        var (head, into) = ($"{body["head"]}", $"{body["base"]}");
        if (pulls.Exists(p => p.Branch == head && p.ClosedAt is null))
        {
            return (422, Invalid("PullRequest", "custom", $"A pull request already exists for acme:{head}."));
        }

        if (await HeadAsync(head) is null || await HeadAsync(into) is null)
        {
            return (422, Invalid("PullRequest", "invalid", "head"));
        }

        var pull = new StandInPull { Number = pulls.Count + 1, Branch = head, Base = into, Author = Bot, At = clock.GetUtcNow(), Title = $"{body["title"]}", Body = $"{body["body"]}", Draft = (bool?)body["draft"] ?? false };
        pulls.Add(pull);
        return (201, await PullAsync(pull, whole: true));
    }

    private async Task<JsonNode> EditAsync(StandInPull pull, JsonObject body)
    {
        pull.Title = (string?)body["title"] ?? pull.Title;
        pull.Body = (string?)body["body"] ?? pull.Body;
        return await PullAsync(pull, whole: true);
    }

    private (int, JsonNode?) Rewrite(string id, string text)
    {
        if (pulls.SelectMany(p => p.Comments).FirstOrDefault(c => c.Id.ToString(CultureInfo.InvariantCulture) == id) is not { } comment)
        {
            return (404, Error("Not Found"));
        }

        comment.Body = text;
        return (200, CommentJson(comment));
    }

    private (int, JsonNode?) SetLabels(StandInPull pull, JsonObject body)
    {
        pull.Labels.Clear();
        pull.Labels.AddRange((body["labels"]?.AsArray() ?? []).Select(l => $"{l}"));
        pull.Labels.ForEach(l => Labels.TryAdd(l, "ededed"));
        return (200, LabelsJson(pull));
    }

    private (int, JsonNode?) AddLabel(string name, string colour) =>
        Labels.TryAdd(name, colour) ? (201, LabelJson(name, colour)) : (422, Invalid("Label", "already_exists", "name"));

    private async Task<IEnumerable<JsonNode>> ListPullsAsync(IQueryCollection query)
    {
        var found = new List<JsonNode>();
        foreach (var pull in pulls.Where(p => Fits(p, query["state"]) && (query["head"].Count == 0 || query["head"] == $"acme:{p.Branch}")).Reverse())
        {
            found.Add(await PullAsync(pull, whole: false));
        }

        return found;
    }

    private IEnumerable<JsonNode> ListIssues(IQueryCollection query) =>
        pulls.Where(p => Fits(p, query["state"]) && query["labels"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).All(p.Labels.Contains)).Reverse().Select(IssueJson);

    private static bool Fits(StandInPull pull, string? state) => state is "all" || (pull.ClosedAt is null) == (state is null or "" or "open");

    private StandInPull? Pull(string number) => pulls.FirstOrDefault(p => p.Number.ToString(CultureInfo.InvariantCulture) == number);

    private async Task FreezeAsync(StandInPull pull)
    {
        pull.Head = await HeadAsync(pull.Branch);
        pull.Commits = int.Parse(await GitAsync(Bare, "rev-list", "--count", $"{pull.Base}..{pull.Branch}"), CultureInfo.InvariantCulture);
    }

    private async Task<string?> HeadAsync(string branch)
    {
        try
        {
            return await GitAsync(Bare, "rev-parse", "--verify", "--quiet", $"refs/heads/{branch}");
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static async Task<string> GitAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[] { ("GIT_AUTHOR_NAME", "Ann"), ("GIT_AUTHOR_EMAIL", "ann@example.com"), ("GIT_COMMITTER_NAME", "GitHub"), ("GIT_COMMITTER_EMAIL", "noreply@github.com"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null") })
        {
            start.Environment[name] = value;
        }

        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        var errors = git.StandardError.ReadToEndAsync();
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        return git.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {await errors}");
    }
}
