using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nightjar.Connectors.Kubernetes.Access;

/// <summary>Certificates as kubeconfigs hold them, and how a server's is judged by them.</summary>
internal static class Certificates
{
    /// <exception cref="CryptographicException">It holds no certificate.</exception>
    public static ImmutableArray<X509Certificate2> Authorities(byte[] pem)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPem(Encoding.ASCII.GetString(pem));
        return found.Count > 0 ? [.. found] : throw new CryptographicException("there is no certificate in it");
    }

    /// <exception cref="CryptographicException">Certificate and key are none, or not of each other.</exception>
    public static X509Certificate2 Pair(byte[] certificate, byte[] key)
    {
        using var pair = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(certificate), Encoding.ASCII.GetString(key));
        return ForTls(pair);
    }

    /// <summary>With its key in a form that TLS takes on every system.</summary>
    public static X509Certificate2 ForTls(X509Certificate2 pair) => X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);

    /// <summary>True for a certificate that leads to one of the authorities and has the right name.</summary>
    public static bool Leads(X509Certificate? certificate, X509Chain? given, SslPolicyErrors errors, ImmutableArray<X509Certificate2> authorities)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || authorities.IsEmpty)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in given?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        using var server = new X509Certificate2(certificate);
        return chain.Build(server);
    }
}
