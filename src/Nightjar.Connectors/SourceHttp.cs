using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Nightjar.Connectors;

/// <summary>What a store answered.</summary>
internal sealed record SourceAnswer(int Status, string Body);

/// <summary>Asks one store over HTTP: no proxy, no redirects, a bounded answer, one time limit over all of it.</summary>
internal sealed class SourceHttp(RateSourceOptions options) : IDisposable
{
    /// <summary>Bytes of an answer: 50,000 rows of 160 bytes.</summary>
    public const int LargestAnswer = 8 * 1024 * 1024;

    private const int LongestReason = 300;

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = System.Net.DecompressionMethods.GZip,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 32,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The address as people may see it.</summary>
    public string Shown { get; } = options.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>Any status is an answer; the caller knows what it means.</summary>
    /// <param name="path">Below the configured address, with its query.</param>
    public async Task<SourceAnswer> AskAsync(HttpMethod method, string path, IEnumerable<KeyValuePair<string, string>>? form, Action<HttpRequestHeaders> sign, CancellationToken cancellationToken)
    {
        // In real time whatever clock Nightjar runs on, because the store lives in real time. A second more than the store is given.
        using var limit = new CancellationTokenSource(options.Timeout + TimeSpan.FromSeconds(1));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(method, options.Url.GetLeftPart(UriPartial.Path).TrimEnd('/') + path);
            request.Content = form is null ? null : new FormUrlEncodedContent(form);
            request.Headers.UserAgent.ParseAdd("Nightjar");
            sign(request.Headers);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new SourceAnswer((int)response.StatusCode, await ReadAsync(response, either.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SourceException(string.Create(CultureInfo.InvariantCulture, $"{Shown} gave no complete answer within {options.Timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            throw new SourceException($"{Shown}: {Reason(e)}", e);
        }
    }

    /// <summary>The beginning of an answer, as one line for people.</summary>
    public static string Line(string text)
    {
        var cut = text.Length > LongestReason ? text[..LongestReason] + "…" : text;
        return string.Join(' ', cut.Split([' ', '\r', '\n', '\t', '\0'], StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose() => client.Dispose();

    private async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var held = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            held.Write(buffer, 0, read);
            if (held.Length > LargestAnswer)
            {
                throw new SourceException($"{Shown} answered more than {LargestAnswer / 1024 / 1024} MB; make the query tell of fewer services or classes");
            }
        }

        return Encoding.UTF8.GetString(held.GetBuffer(), 0, (int)held.Length);
    }

    private static string Reason(Exception failure) => failure switch
    {
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused",
        HttpRequestException { InnerException: SocketException socket } => socket.Message.ToLowerInvariant(),
        HttpRequestException { InnerException: AuthenticationException tls } => $"a TLS failure ({Line(tls.Message)})",
        _ => $"the answer broke off ({Line(failure.Message)})",
    };
}
