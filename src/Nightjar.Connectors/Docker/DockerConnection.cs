using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nightjar.Connectors.Docker;

/// <summary>The way to the engine: a Unix socket, or TCP with or without TLS.</summary>
internal static class DockerConnection
{
    /// <summary>Connections at once: event stream, log streams and eight questions beside them.</summary>
    private const int MostConnections = 512;

    public static HttpClient Open(DockerOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = MostConnections,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 32,
        };
        if (options.SocketPath is { } path)
        {
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(path, cancellationToken);
        }

        if (options.IsTls)
        {
            handler.SslOptions = Tls(options);
        }

        return new HttpClient(handler) { BaseAddress = Address(options), Timeout = Timeout.InfiniteTimeSpan };
    }

    private static Uri Address(DockerOptions options) => options.SocketPath is not null
        ? new Uri("http://docker/")
        : new UriBuilder(options.Host) { Scheme = options.IsTls ? "https" : "http", Path = "/" }.Uri;

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Tls(DockerOptions options)
    {
        try
        {
            var tls = new SslClientAuthenticationOptions();
            if (options.Ca is { } ca)
            {
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.ImportFromPemFile(ca);
                tls.CertificateChainPolicy = policy;
            }

            if (options.Cert is { } cert)
            {
                tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(cert, options.Key)];
            }

            return tls;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new DockerException(DockerTrouble.Unreachable, $"The certificates of docker.tls cannot be read: {e.Message}. Give PEM files of ca, cert and key that this user may read.", e);
        }
    }
}
