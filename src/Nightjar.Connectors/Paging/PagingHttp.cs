using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Nightjar.Core.Announcements;
using Nightjar.Core.Proposal;

namespace Nightjar.Connectors.Paging;

/// <summary>Posts JSON to one address: no proxy, no redirects, one time limit; an answer of the wrong kind is a failure with a reason.</summary>
internal sealed class PagingHttp : IDisposable
{
    /// <summary>In real time: the other end lives in real time, and others wait to be paged.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private const int LongestReason = 200;

    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2), MaxResponseHeadersLength = 32 }) { Timeout = Timeout.InfiniteTimeSpan };

    public static string Json(JsonObject body) => body.ToJsonString();

    /// <exception cref="PageFailedException">It was not accepted.</exception>
    public async Task PostAsync(Uri url, string json, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
            request.Headers.UserAgent.ParseAdd("Nightjar");
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode)
            {
                throw new PageFailedException(string.Create(CultureInfo.InvariantCulture, $"{url.Host} answered {(int)response.StatusCode}{Meaning(response.StatusCode)}"), IsFinal(response.StatusCode));
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new PageFailedException($"{url.Host} did not answer within {Limit.TotalSeconds:0} s", isFinal: false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new PageFailedException($"{url.Host}: {Quoting.Plain(e.Message, LongestReason)}", isFinal: false, e);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>A limit or a fault of theirs passes; a refusal of what we sent does not.</summary>
    private static bool IsFinal(HttpStatusCode status) => (int)status is >= 300 and < 500 && status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout);

    private static string Meaning(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ": it refuses the key",
        HttpStatusCode.TooManyRequests => ": too many requests",
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => ": it refuses what was sent, or the key",
        _ => "",
    };
}
