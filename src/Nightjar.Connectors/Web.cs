using System.Buffers;
using System.Net;
using System.Text;

namespace Nightjar.Connectors;

/// <summary>What an address answered.</summary>
/// <param name="Body">As much of it as was wanted.</param>
/// <param name="Elsewhere">Where it wanted to send us, when that was not followed.</param>
internal sealed record WebAnswer(HttpStatusCode Status, string Body, string? Elsewhere);

/// <summary>
/// Asks one address: no proxy, a bounded body, redirects on the same host only, and one time limit over all of it, whatever
/// the other end does.
/// </summary>
internal sealed class Web : IDisposable
{
    private const int MostRedirects = 3;

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        // An address may come to mean another machine; a connection must not outlive that for long.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 32,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <param name="timeout">In real time, because the other end lives in real time.</param>
    /// <param name="enough">Tells from the body so far that no more of it is wanted.</param>
    /// <exception cref="TimeoutException">The exchange was not over in time.</exception>
    /// <exception cref="HttpRequestException">There was no answer; so is an <see cref="IOException"/> in the body.</exception>
    public async Task<WebAnswer> GetAsync(Uri url, int mostBody, TimeSpan timeout, Func<WebAnswer, bool> enough, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await FollowAsync(url, mostBody, enough, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no complete answer within {timeout.TotalSeconds:0.###} s");
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<WebAnswer> FollowAsync(Uri url, int mostBody, Func<WebAnswer, bool> enough, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.UserAgent.ParseAdd("Nightjar");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var target = (int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location ? new Uri(url, location) : null;
            var answer = new WebAnswer(response.StatusCode, "", target is null ? null : Shown(target));
            if (target is not null && !enough(answer) && redirects < MostRedirects && target.Host == url.Host && target.Scheme.StartsWith("http", StringComparison.Ordinal))
            {
                url = target;
                continue;
            }

            return await ReadAsync(response, answer, mostBody, enough, cancellationToken);
        }
    }

    private static async Task<WebAnswer> ReadAsync(HttpResponseMessage response, WebAnswer answer, int mostBody, Func<WebAnswer, bool> enough, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var held = ArrayPool<byte>.Shared.Rent(mostBody);
        try
        {
            var length = 0;
            int read;
            while (length < mostBody && (read = await stream.ReadAsync(held.AsMemory(length, mostBody - length), cancellationToken)) > 0)
            {
                length += read;
                answer = answer with { Body = Encoding.UTF8.GetString(held, 0, length) };
                if (enough(answer))
                {
                    break;
                }
            }

            return answer;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(held);
        }
    }

    /// <summary>An address as people may see it: no user, no password, no query.</summary>
    public static string Shown(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
