using System.Security.Cryptography.X509Certificates;

namespace Nightjar.Connectors.Kubernetes.Access;

/// <summary>A proof that stands in the kubeconfig itself.</summary>
internal sealed class FixedLogin(KubeProof proof) : IKubeLogin
{
    public ValueTask<KubeProof> ProofAsync(CancellationToken cancellationToken) => ValueTask.FromResult(proof);

    public void Refused(KubeProof refused)
    {
        // There is no other.
    }
}

/// <summary>
/// A token in a file that somebody else keeps fresh, as a kubelet does with a pod's service account: read again every minute, and at once when
/// the server did not take it.
/// </summary>
internal sealed class TokenFileLogin(string path, X509Certificate2? certificate, TimeProvider clock) : IKubeLogin
{
    private const int LongestToken = 64 * 1024;

    private static readonly TimeSpan ReadEvery = TimeSpan.FromMinutes(1);

    private volatile Held? held;

    public async ValueTask<KubeProof> ProofAsync(CancellationToken cancellationToken)
    {
        if (held is { } known && clock.GetElapsedTime(known.At) < ReadEvery)
        {
            return known.Proof;
        }

        try
        {
            if (new FileInfo(path).Length > LongestToken)
            {
                throw new KubeException(KubeFault.NoLogin, $"The token file {path} is longer than any token is.");
            }

            var token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            if (token.Length == 0 || token.Any(c => c is <= ' ' or > '~'))
            {
                throw new KubeException(KubeFault.NoLogin, $"The file {path} holds no token.");
            }

            var proof = new KubeProof(token, certificate);
            held = new Held(proof, clock.GetTimestamp());
            return proof;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeException(KubeFault.NoLogin, $"The token file {path} cannot be read: {e.Message}", e);
        }
    }

    public void Refused(KubeProof proof) => held = null;

    private sealed record Held(KubeProof Proof, long At);
}
