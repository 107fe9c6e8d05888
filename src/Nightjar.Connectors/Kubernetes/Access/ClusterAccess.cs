using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace Nightjar.Connectors.Kubernetes.Access;

/// <summary>How one cluster is reached: what a kubeconfig's context, or a pod's service account, comes to.</summary>
internal sealed record ClusterAccess
{
    /// <summary>The context's name; <c>in-cluster</c> for a pod's own.</summary>
    public required string Name { get; init; }

    public required Uri Server { get; init; }

    /// <summary>Authorities that the server's certificate must lead to; empty takes the system's.</summary>
    public ImmutableArray<X509Certificate2> Authorities { get; init; } = [];

    /// <summary>The name that the server's certificate must have, where it is not the address's.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The kubeconfig says in so many words that the server's certificate is not to be looked at.</summary>
    public bool SkipsVerification { get; init; }

    public Uri? Proxy { get; init; }

    /// <summary>The context's own namespace; never taken for the scope of what is watched.</summary>
    public string Namespace { get; init; } = "default";

    public required IKubeLogin Login { get; init; }
}

/// <summary>What a request proves itself with.</summary>
/// <param name="Token">For the Authorization header; null where a certificate does it.</param>
internal sealed record KubeProof(string? Token, X509Certificate2? Certificate)
{
    public static readonly KubeProof None = new(null, null);

    /// <summary>User and password, which very old clusters take.</summary>
    public string? Basic { get; init; }
}

/// <summary>Where proofs come from. They may change at any time: a token is renewed, a file is written anew.</summary>
internal interface IKubeLogin
{
    /// <exception cref="KubeException">There is none; the message says what to do.</exception>
    ValueTask<KubeProof> ProofAsync(CancellationToken cancellationToken);

    /// <summary>The server did not take this proof: the next one must be a new one, where there can be one.</summary>
    void Refused(KubeProof proof);
}
