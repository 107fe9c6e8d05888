using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Nightjar.Connectors;

/// <summary>A certificate as a server shows it.</summary>
/// <param name="NotTrusted">Why this machine does not trust it; null when it does.</param>
internal sealed record SeenCertificate(DateTimeOffset NotBefore, DateTimeOffset NotAfter, string? NotTrusted);

/// <summary>Asks a server for its certificate by the handshake alone; nothing is sent over the connection.</summary>
internal static class CertificateLook
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="IOException">There was no handshake.</exception>
    public static Task<SeenCertificate> AtAsync(string host, int port, CancellationToken cancellationToken) => AtAsync(host, host, port, cancellationToken);

    /// <param name="address">Who is asked.</param>
    /// <param name="host">Under which name.</param>
    /// <exception cref="IOException">There was no handshake.</exception>
    public static async Task<SeenCertificate> AtAsync(string address, string host, int port, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        SeenCertificate? seen = null;
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address, port, either.Token);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
#pragma warning disable CA5359 // It is looked at, whatever it is, and nothing is sent to whoever shows it.
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
#pragma warning restore CA5359
                    {
                        seen = certificate is null ? null : Seen(certificate, chain, errors);
                        return true;
                    },
                },
                either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no handshake within {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is SocketException or AuthenticationException)
        {
            throw new IOException(e.Message, e);
        }

        return seen ?? throw new IOException("it showed no certificate");
    }

    private static SeenCertificate Seen(X509Certificate certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        using var copy = new X509Certificate2(certificate);
        var why = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "it is for another name"
            : errors == SslPolicyErrors.None ? null
            // That it is out of its time is told apart.
            : chain?.ChainStatus.Select(s => s.Status).FirstOrDefault(s => s is not (X509ChainStatusFlags.NotTimeValid or X509ChainStatusFlags.NoError)) switch
            {
                X509ChainStatusFlags.UntrustedRoot => "it is signed by itself, or by nobody whom this machine knows",
                X509ChainStatusFlags.PartialChain => "the server does not show who signed it",
                null or X509ChainStatusFlags.NoError => null,
                var other => other.ToString(),
            };
        return new SeenCertificate(copy.NotBefore.ToUniversalTime(), copy.NotAfter.ToUniversalTime(), why);
    }
}
