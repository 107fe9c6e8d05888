using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Nightjar.Connectors.Kubernetes.Access;

namespace Nightjar.Connectors.Kubernetes.Wire;

/// <summary>
/// One cluster's REST API over plain HTTP: bounded answers, each kind of failure by its name, a proof that is renewed once when the
/// server does not take it.
/// </summary>
internal sealed class KubeApi : IDisposable
{
    /// <summary>Bytes of one answer; lists are asked for in pages of a few MB.</summary>
    private const int LargestAnswer = 64 * 1024 * 1024;

    private const int LongestReason = 400;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The date of an answer has whole seconds, and the way takes some time.</summary>
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(2);

    private readonly ClusterAccess access;
    private readonly TimeProvider? clock;
    private readonly SocketsHttpHandler sockets;
    private readonly HttpClient client;
    private volatile X509Certificate2? certificate;
    private long aheadTicks;

    /// <param name="clock">Ours, with which the server's is compared; null when nobody asks for <see cref="Ahead"/>.</param>
    public KubeApi(ClusterAccess access, TimeProvider? clock = null)
    {
        (this.access, this.clock) = (access, clock);
        sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = access.Proxy is not null,
            Proxy = access.Proxy is { } proxy ? new WebProxy(proxy) : null,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // A connection that died without a word is noticed by these, also under a watch that has nothing to say.
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            MaxResponseHeadersLength = 64,
            // A certificate that was renewed is taken for new connections.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            SslOptions = new SslClientAuthenticationOptions
            {
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
                RemoteCertificateValidationCallback = (_, server, chain, errors) => access.SkipsVerification || Certificates.Leads(server, chain, errors, access.Authorities),
            },
        };
        client = new HttpClient(sockets) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
    }

    /// <summary>The cluster's name and address, for people.</summary>
    public string Shown => $"{access.Name} ({access.Server.GetLeftPart(UriPartial.Authority)})";

    public string Name => access.Name;

    public Uri Server => access.Server;

    /// <summary>How far the server's clock is ahead of ours, by the date of its last answer; less than two seconds is none.</summary>
    public TimeSpan Ahead => new(Interlocked.Read(ref aheadTicks));

    /// <param name="path">With its query; made of checked parts.</param>
    /// <param name="doing">What is tried, for messages: <c>list pods</c>.</param>
    public Task<JsonDocument> GetAsync(string path, string doing, CancellationToken cancellationToken) => AskAsync(HttpMethod.Get, path, null, doing, cancellationToken);

    /// <exception cref="KubeException">It was not done, or nobody answered.</exception>
    public async Task<JsonDocument> AskAsync(HttpMethod method, string path, KubeBody? body, string doing, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await SendAsync(method, path, body, doing, either.Token);
            return await ReadAsync(response, doing, either.Token);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new KubeException(KubeFault.Unreachable, $"Could not {doing}: {Shown} gave no complete answer within {Patience.TotalSeconds:0} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreached(doing, e);
        }
    }

    /// <summary>The answer as it comes, for watches and logs. The caller disposes of it.</summary>
    /// <exception cref="KubeException">The server refused, or nobody answered.</exception>
    /// <param name="patience">How long the answer's head may take; some seconds when null.</param>
    public async Task<HttpResponseMessage> StreamAsync(string path, string doing, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await SendAsync(HttpMethod.Get, path, null, doing, either.Token);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new KubeException(KubeFault.Unreachable, $"Could not {doing}: {Shown} did not answer within {Patience.TotalSeconds:0} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreached(doing, e);
        }
    }

    /// <summary>A WebSocket (RFC 6455), for exec. The caller disposes of it.</summary>
    /// <param name="protocols">In order of preference; the server chooses one.</param>
    /// <exception cref="KubeException">The server refused, or nobody answered.</exception>
    public async Task<WebSocket> OpenAsync(string path, string[] protocols, string doing, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var proof = await access.Login.ProofAsync(cancellationToken);
        certificate = proof.Certificate ?? certificate;
        var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        foreach (var protocol in protocols)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        foreach (var (name, value) in new[] { ("Authorization", Authorization(proof)?.ToString()), ("Host", access.TlsServerName) }.Where(h => h.Item2 is not null))
        {
            socket.Options.SetRequestHeader(name, value);
        }

        try
        {
            var address = new UriBuilder(access.Server.AbsoluteUri.TrimEnd('/') + path);
            address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
            using var opener = new HttpMessageInvoker(sockets, disposeHandler: false);
            await socket.ConnectAsync(address.Uri, opener, either.Token);
            return socket;
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or OperationCanceledException)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw (int)status >= 400 ? Refused(status, null, "", doing) : new KubeException(KubeFault.Unreachable, $"Could not {doing}: {Shown} opened no stream ({Cut(e.Message)}).", e);
        }
    }

    public void Dispose()
    {
        client.Dispose();
        sockets.Dispose();
        (access.Login as IDisposable)?.Dispose();
    }

    /// <summary>A proof that is not taken is renewed once: it may have ended just now.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, KubeBody? body, string doing, CancellationToken cancellationToken)
    {
        var proof = await access.Login.ProofAsync(cancellationToken);
        var response = await SendAsync(method, path, body, proof, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            access.Login.Refused(proof);
            var other = await access.Login.ProofAsync(cancellationToken);
            if (other != proof)
            {
                response.Dispose();
                response = await SendAsync(method, path, body, other, cancellationToken);
            }
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw Failure(response, await SaidAsync(response, cancellationToken), doing);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, KubeBody? body, KubeProof proof, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(access.Server.AbsoluteUri.TrimEnd('/') + path)) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        // The certificate is compared with the name in this header, where there is one.
        request.Headers.Host = access.TlsServerName;
        request.Headers.UserAgent.ParseAdd("Nightjar");
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Authorization = Authorization(proof);
        certificate = proof.Certificate ?? certificate;
        request.Content = body is null ? null : new ByteArrayContent(body.Json) { Headers = { ContentType = new MediaTypeHeaderValue(body.Type) } };
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (clock is not null && response.Headers.Date is { } date)
        {
            var ahead = date - clock.GetUtcNow();
            Interlocked.Exchange(ref aheadTicks, ahead.Duration() < Unnoticed ? 0 : ahead.Ticks);
        }

        return response;
    }

    private static AuthenticationHeaderValue? Authorization(KubeProof proof) => proof switch
    {
        { Token: { } token } => new("Bearer", token),
        { Basic: { } basic } => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic))),
        _ => null,
    };

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage response, string doing, CancellationToken cancellationToken)
    {
        using var held = new MemoryStream();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            held.Write(buffer, 0, read);
            if (held.Length > LargestAnswer)
            {
                throw new KubeException(KubeFault.Unexpected, $"Could not {doing}: the answer is longer than {LargestAnswer / 1024 / 1024} MB.");
            }
        }

        try
        {
            return JsonDocument.Parse(held.GetBuffer().AsMemory(0, (int)held.Length));
        }
        catch (JsonException e)
        {
            throw new KubeException(KubeFault.Unexpected, $"Could not {doing}: the answer is no JSON ({SourceHttp.Line(e.Message)}). Is {response.RequestMessage?.RequestUri?.Authority} a Kubernetes API server?", e);
        }
    }

    /// <summary>The message of the Status object that every refusal comes with.</summary>
    private static async Task<string> SaidAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = new byte[16 * 1024];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            using var status = JsonDocument.Parse(bytes.AsMemory(0, length));
            return Cut(status.RootElement.TryGetProperty("message", out var message) ? message.GetString() ?? "" : "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Cut(Encoding.UTF8.GetString(bytes, 0, length));
        }
    }

    private KubeException Failure(HttpResponseMessage response, string said, string doing) => Refused(response.StatusCode, response.Headers.RetryAfter?.Delta, said, doing);

    private KubeException Refused(HttpStatusCode status, TimeSpan? retryAfter, string said, string doing)
    {
        var (fault, what) = (int)status switch
        {
            400 or 422 => (KubeFault.Invalid, "it was not accepted"),
            401 => (KubeFault.Unauthorized, "the credentials were not taken; they may have ended: see kubectl auth whoami"),
            403 => (KubeFault.Forbidden, "it is not permitted; grant it with RBAC"),
            404 => (KubeFault.NotFound, "it is not there"),
            409 => (KubeFault.Conflict, "it has changed meanwhile, or is there already"),
            410 => (KubeFault.Gone, "the server no longer knows where to go on from"),
            429 or 503 or 504 => (KubeFault.TooMany, "the server is busy"),
            var other => (KubeFault.Unexpected, string.Create(CultureInfo.InvariantCulture, $"the server answered {other}")),
        };
        return new KubeException(fault, $"Could not {doing} in {Shown}: {what}{(said.Length > 0 ? $" ({said})" : "")}.") { RetryAfter = retryAfter };
    }

    private KubeException Unreached(string doing, Exception e) => e switch
    {
        HttpRequestException { InnerException: AuthenticationException } => new KubeException(KubeFault.Untrusted, $"Could not {doing}: the certificate of {Shown} leads to no authority that the kubeconfig names, or has another name. Renew certificate-authority-data, or set tls-server-name.", e),
        HttpRequestException { InnerException: SocketException socket } => new KubeException(KubeFault.Unreachable, $"Could not {doing}: {Shown} cannot be reached ({socket.Message.ToLowerInvariant()}).", e),
        _ => new KubeException(KubeFault.Unreachable, $"Could not {doing}: {Shown} cannot be reached ({Cut(e.Message)}).", e),
    };

    private static string Cut(string text) => SourceHttp.Line(text) is var line && line.Length > LongestReason ? $"{line[..LongestReason]}…" : line;
}

/// <summary>What is sent, and as what.</summary>
internal sealed record KubeBody(byte[] Json, string Type = "application/json")
{
    public const string MergePatch = "application/merge-patch+json";

    public const string StrategicPatch = "application/strategic-merge-patch+json";
}
