using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;

namespace Nightjar.Connectors.GitHub;

/// <summary>An answer that was as wanted: its status, body and headers.</summary>
internal sealed record GitHubAnswer(HttpStatusCode Status, byte[] Body, HttpResponseHeaders Headers)
{
    /// <summary>The address of the next page, as GitHub's <c>Link</c> header (RFC 8288) gives it.</summary>
    public Uri? Next { get; init; }
}

/// <summary>
/// GitHub's REST API over plain HTTP: bounded answers, conditional requests (which cost nothing of the rate limit when nothing
/// changed), pages, and each kind of failure by its name. Once GitHub asked to be left alone, nothing is sent until it is time.
/// </summary>
internal sealed class GitHubApi : IDisposable
{
    /// <summary>A page of a hundred requests with long bodies has 8 MB at most; a hundred comments no more.</summary>
    private const int LargestAnswer = 16 * 1024 * 1024;

    /// <summary>10,000 comments or requests: past this a list is taken for unknown.</summary>
    private const int MostPages = 100;

    private const string ApiVersion = "2022-11-28";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient client;
    private readonly GitHubOptions options;
    private readonly GitHubToken token;
    private readonly TimeProvider clock;
    private readonly KnownAnswers known = new();
    private long closedUntil;

    public GitHubApi(GitHubOptions options, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        token = new GitHubToken(options);
        var sockets = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !options.Api.IsLoopback, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxResponseHeadersLength = 64 };
        client = new HttpClient(new AllowedCalls(options.Api, sockets)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <param name="path">Below the API, such as <c>repos/acme/shop</c>; made of checked parts.</param>
    /// <param name="doing">What is tried, for messages.</param>
    public async Task<T> GetAsync<T>(string path, string doing, CancellationToken cancellationToken) =>
        Read<T>(await SendAsync(HttpMethod.Get, At(path), null, doing, cancellationToken), doing);

    public async Task<(T Value, HttpResponseHeaders Headers)> GetWithHeadersAsync<T>(string path, string doing, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, At(path), null, doing, cancellationToken);
        return (Read<T>(answer, doing), answer.Headers);
    }

    /// <summary>Null for what is not there.</summary>
    public async Task<T?> FindAsync<T>(string path, string doing, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await GetAsync<T>(path, doing, cancellationToken);
        }
        catch (GitHubException e) when (e.Fault == GitHubFault.NotFound)
        {
            return null;
        }
    }

    /// <summary>Every item of every page.</summary>
    /// <exception cref="GitHubException">A page failed, or there are too many: the list is unknown then, not short.</exception>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string path, string doing, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        Uri? next = At(path);
        for (var page = 0; next is not null; page++)
        {
            if (page == MostPages)
            {
                throw new GitHubException(GitHubFault.Unexpected, $"Could not {doing}: there are more than {MostPages} pages.");
            }

            var answer = await SendAsync(HttpMethod.Get, next, null, doing, cancellationToken);
            items.AddRange(Read<List<T>>(answer, doing));
            next = answer.Next;
        }

        return items;
    }

    public async Task<T> WriteAsync<T>(HttpMethod method, string path, object body, string doing, CancellationToken cancellationToken) =>
        Read<T>(await SendAsync(method, At(path), body, doing, cancellationToken), doing);

    /// <exception cref="GitHubException">It was not done, or there was no answer.</exception>
    /// <exception cref="TryLaterException">GitHub wants to be left alone for a while.</exception>
    private async Task<GitHubAnswer> SendAsync(HttpMethod method, Uri url, object? body, string doing, CancellationToken cancellationToken)
    {
        var until = new DateTimeOffset(Interlocked.Read(ref closedUntil), TimeSpan.Zero);
        if (clock.GetUtcNow() < until)
        {
            throw Later(doing, until);
        }

        // In real time, because the other end lives in real time.
        using var limit = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await ExchangeAsync(method, url, body, doing, either.Token);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new GitHubException(GitHubFault.Unreachable, $"Could not {doing}: {options.Api.Authority} gave no complete answer within {Patience.TotalSeconds:0} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new GitHubException(GitHubFault.Unreachable, $"Could not {doing}: {options.Api.Authority} cannot be reached ({Quoting(e.Message)}). See whether this machine may reach it, or correct github.api.", e);
        }
    }

    public void Dispose() => client.Dispose();

    private Uri At(string path) => new($"{options.Api.AbsoluteUri.TrimEnd('/')}/{path}");

    private async Task<GitHubAnswer> ExchangeAsync(HttpMethod method, Uri url, object? body, string doing, CancellationToken cancellationToken)
    {
        var secret = token.Read();
        using var request = new HttpRequestMessage(method, url);
        request.Headers.UserAgent.ParseAdd("Nightjar");
        request.Headers.Accept.ParseAdd("application/vnd.github+json");
        request.Headers.Add("X-GitHub-Api-Version", ApiVersion);
        if (secret.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, Wire.Json)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        var before = method == HttpMethod.Get ? known.Find(url, secret) : null;
        if (before is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", before.Tag);
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotModified && before is not null)
        {
            return new GitHubAnswer(HttpStatusCode.OK, before.Body, response.Headers) { Next = before.Next };
        }

        var bytes = await BoundedAsync(response, doing, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw Failure(response, bytes, doing);
        }

        var answer = new GitHubAnswer(response.StatusCode, bytes, response.Headers) { Next = Pages.Next(response.Headers, options.Api) };
        if (method == HttpMethod.Get && response.Headers.ETag is { } tag)
        {
            known.Keep(url, secret, new KnownAnswer(tag.ToString(), bytes, answer.Next));
        }

        return answer;
    }

    private Exception Failure(HttpResponseMessage response, byte[] bytes, string doing)
    {
        var said = Said(bytes);
        if (RateLimit.Wait(response.StatusCode, response.Headers, said, clock.GetUtcNow()) is not { } wait)
        {
            return GitHubException.Of(response.StatusCode, doing, said);
        }

        var until = clock.GetUtcNow() + wait;
        Interlocked.Exchange(ref closedUntil, until.UtcTicks);
        return Later(doing, until);
    }

    private static TryLaterException Later(string doing, DateTimeOffset until) =>
        new(string.Create(CultureInfo.InvariantCulture, $"GitHub's rate limit to be over, at {until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, to {doing}"), until);

    private static async Task<byte[]> BoundedAsync(HttpResponseMessage response, string doing, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var held = new MemoryStream();
        var buffer = new byte[16_384];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            held.Write(buffer, 0, read);
            if (held.Length > LargestAnswer)
            {
                throw new GitHubException(GitHubFault.Unexpected, $"Could not {doing}: the answer is longer than {LargestAnswer / 1024 / 1024} MB.");
            }
        }

        return held.ToArray();
    }

    private static T Read<T>(GitHubAnswer answer, string doing)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(answer.Body, Wire.Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new GitHubException(GitHubFault.Unexpected, $"Could not {doing}: GitHub's answer is not what its documentation says ({Quoting(e.Message)}).", e);
        }
    }

    /// <summary>GitHub's message and its details, in one line.</summary>
    private static string Said(byte[] body)
    {
        try
        {
            var error = JsonSerializer.Deserialize<ErrorJson>(body, Wire.Json);
            return Quoting($"{error?.Message} {(error?.Errors is { ValueKind: JsonValueKind.Array } errors ? errors.GetRawText() : "")}");
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static string Quoting(string text)
    {
        const int longest = 400;
        var line = new string([.. Secrets.Mask(text).Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return line.Length <= longest ? line : $"{line[..longest]}…";
    }
}
