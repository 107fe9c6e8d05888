using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Proposal;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteRequestRecords(SqliteFile file) : IRequestRecords
{
    /// <summary>Characters of one comment; GitHub's own limit is 65,536.</summary>
    private const int LongestComment = 65_536;

    public Task<HostedRequest> AddAsync(HostedRequest request, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            var numbered = request with { Number = connection.ExecuteScalar<int>("SELECT COALESCE(MAX(number), 0) + 1 FROM requests") };
            connection.Execute("INSERT INTO requests (number, state, record) VALUES (@number, @state, @record)", Row(numbered));
            return numbered;
        },
        cancellationToken);

    public Task<HostedRequest?> GetAsync(int number, CancellationToken cancellationToken) => file.ReadAsync(connection => Find(connection, number), cancellationToken);

    public Task<IReadOnlyList<HostedRequest>> ListAsync(CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<HostedRequest>>(
        connection => [.. connection.Query<string>("SELECT record FROM requests ORDER BY number DESC").Select(StoredJson.Read<HostedRequest>)],
        cancellationToken);

    public Task UpdateAsync(HostedRequest request, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            var now = Find(connection, request.Number) ?? throw new InvalidOperationException($"There is no request {request.Number}");
            Replace(connection, request with { State = now.State, ClosedBy = now.ClosedBy, ClosedAt = now.ClosedAt, MergeCommit = now.MergeCommit });
        },
        cancellationToken);

    public Task<bool> EndAsync(int number, HostedState state, string by, DateTimeOffset at, string? mergeCommit, CancellationToken cancellationToken)
    {
        if (state == HostedState.Open)
        {
            throw new ArgumentOutOfRangeException(nameof(state), state, "A request ends merged or closed");
        }

        return file.WriteAsync(
            connection =>
            {
                if (Find(connection, number) is not { State: HostedState.Open } open)
                {
                    return false;
                }

                Replace(connection, open with { State = state, ClosedBy = StoredText.Bounded(by), ClosedAt = at, MergeCommit = mergeCommit });
                return true;
            },
            cancellationToken);
    }

    public Task CommentAsync(int number, RequestComment comment, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO request_comments (number, key, author, markdown, at) VALUES (@number, @key, @author, @markdown, @at) ON CONFLICT (number, key) DO UPDATE SET markdown = excluded.markdown, at = excluded.at WHERE markdown <> excluded.markdown",
            new
            {
                number,
                key = StoredText.Clean(comment.Key),
                author = StoredText.Bounded(comment.Author),
                markdown = StoredText.Bounded(comment.Markdown, LongestComment),
                at = comment.At.UtcTicks,
            }),
        cancellationToken);

    public Task<IReadOnlyList<RequestComment>> CommentsAsync(int number, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<RequestComment>>(
        connection =>
        [
            .. connection.Query<(string Key, string Author, string Markdown, long At)>(
                "SELECT key, author, markdown, at FROM request_comments WHERE number = @number ORDER BY sequence",
                new { number }).Select(row => new RequestComment(row.Key, row.Author, row.Markdown, Moments.At(row.At))),
        ],
        cancellationToken);

    private static HostedRequest? Find(SqliteConnection connection, int number) =>
        connection.ExecuteScalar<string?>("SELECT record FROM requests WHERE number = @number", new { number }) is { } record ? StoredJson.Read<HostedRequest>(record) : null;

    private static void Replace(SqliteConnection connection, HostedRequest request) =>
        connection.Execute("UPDATE requests SET state = @state, record = @record WHERE number = @number", Row(request));

    private static object Row(HostedRequest request) => new { number = request.Number, state = request.State.ToString(), record = StoredJson.Write(request) };
}
