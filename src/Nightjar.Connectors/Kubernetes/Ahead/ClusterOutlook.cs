using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Signals.Cluster.Ahead;

namespace Nightjar.Connectors.Kubernetes.Ahead;

/// <summary>Looks at a cluster for what will fail one day: measures, shakes hands with its servers, and lists.</summary>
internal sealed class ClusterOutlook(ClusterMirror mirror, ClusterJudge judge, Scope scope, KubeApi api, Discovery discovery, TimeProvider clock)
{
    private const int HttpsPort = 443;

    /// <summary>Ingresses whose certificates are looked at.</summary>
    private const int MostHosts = 100;

    public async Task<ImmutableArray<Weakness>> LookAsync(CancellationToken cancellationToken)
    {
        var (containers, nodes) = await Usages.ReadAsync(api, discovery, scope.Asked, cancellationToken);
        return LookAhead.Find(new AheadFacts(
            mirror,
            [.. mirror.Workloads.Where(w => w.Meta.Owner is null && IsOurs(w.Meta))],
            [.. mirror.Pods.Where(p => p.Phase == "Running" && IsOurs(p.Meta)).Select(p => (p, mirror.TopOwner(p.Meta)))],
            clock.GetUtcNow())
        {
            Use = containers,
            NodeUse = nodes,
            Certificates = await CertificatesAsync(cancellationToken),
            Has = scope.Has,
        });
    }

    private bool IsOurs(ObjectMeta meta) => meta.DeletedAt is null && scope.Has(meta.Namespace) && !judge.IsIgnored(meta);

    /// <summary>The secrets with them are not read: a certificate is what a server shows to anybody who calls it.</summary>
    private async Task<ImmutableArray<ShownCertificate>> CertificatesAsync(CancellationToken cancellationToken)
    {
        var sites = mirror.Ingresses.Where(i => IsOurs(i.Meta)).SelectMany(i => i.TlsHosts.Where(h => !h.Contains('*', StringComparison.Ordinal)).SelectMany(h => i.Addresses.Take(1).Select(a => (i.Meta.Ref, Address: a, Host: h, Port: HttpsPort)))).Take(MostHosts);
        var own = api.Server is { Scheme: "https" } server ? new[] { (new ObjectRef("Cluster", "", api.Name), Address: server.DnsSafeHost, Host: server.DnsSafeHost, server.Port) } : [];
        var shown = await Task.WhenAll(own.Concat(sites).Select(s => ShownAsync(s.Item1, s.Address, s.Host, s.Port, cancellationToken)));
        return [.. shown.OfType<ShownCertificate>()];
    }

    private static async Task<ShownCertificate?> ShownAsync(ObjectRef about, string address, string host, int port, CancellationToken cancellationToken)
    {
        try
        {
            return new ShownCertificate(about, string.Create(CultureInfo.InvariantCulture, $"{host}:{port}"), (await CertificateLook.AtAsync(address, host, port, cancellationToken)).NotAfter);
        }
        catch (IOException)
        {
            // Not to be reached from here, which says nothing of its certificate.
            return null;
        }
    }
}
