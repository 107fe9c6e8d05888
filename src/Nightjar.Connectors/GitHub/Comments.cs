namespace Nightjar.Connectors.GitHub;

/// <summary>
/// Comments under a request. Ours begin with an invisible mark that holds their key, and are of the user who opened the request:
/// the same mark in another's comment means nothing.
/// </summary>
internal sealed class Comments(GitHubApi api)
{
    /// <summary>GitHub's limit, in characters.</summary>
    public const int Longest = 65_536;

    public async Task<CommentJson?> FindAsync(RepositoryId repository, PullJson pull, string key, CancellationToken cancellationToken)
    {
        var mark = Mark(key);
        return (await ListAsync(repository, pull.Number, cancellationToken)).FirstOrDefault(c => IsOurs(c, pull) && c.Body?.StartsWith(mark, StringComparison.Ordinal) == true);
    }

    /// <summary>Comments of people; ours are not counted.</summary>
    public async Task<int> CountAsync(RepositoryId repository, PullJson pull, CancellationToken cancellationToken) =>
        pull.Comments == 0 ? 0 : (await ListAsync(repository, pull.Number, cancellationToken)).Count(c => !(IsOurs(c, pull) && IsMarked(c.Body ?? "")));

    public static bool IsMarked(string body) => body.StartsWith(Begin, StringComparison.Ordinal);

    public async Task WriteAsync(RepositoryId repository, PullJson pull, string key, string markdown, CancellationToken cancellationToken)
    {
        var body = $"{Mark(key)}\n{markdown}";
        body = body.Length <= Longest ? body : body[..Longest];
        var there = await FindAsync(repository, pull, key, cancellationToken);
        if (there is null)
        {
            await api.WriteAsync<CommentJson>(HttpMethod.Post, $"repos/{repository}/issues/{pull.Number}/comments", new { body }, $"comment on request {pull.Number} of {repository}", cancellationToken);
        }
        else if (there.Body != body)
        {
            await api.WriteAsync<CommentJson>(HttpMethod.Patch, $"repos/{repository}/issues/comments/{there.Id}", new { body }, $"change a comment on request {pull.Number} of {repository}", cancellationToken);
        }
    }

    private const string Begin = "<!-- nightjar:comment ";

    private static string Mark(string key) => $"{Begin}{key} -->";

    private static bool IsOurs(CommentJson comment, PullJson pull) => comment.User?.Login is { } author && author == pull.User?.Login;

    private Task<IReadOnlyList<CommentJson>> ListAsync(RepositoryId repository, int number, CancellationToken cancellationToken) =>
        api.ListAsync<CommentJson>($"repos/{repository}/issues/{number}/comments?per_page=100", $"read the comments on request {number} of {repository}", cancellationToken);
}
