using System.Globalization;
using System.Security.Cryptography;

namespace Nightjar.Connectors.Kubernetes.Access;

/// <summary>The cluster that we run in, by the service account of our pod (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).</summary>
internal static class InCluster
{
    public const string Name = "in-cluster";

    private const string Usual = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Null where this is no pod with a service account.</summary>
    /// <exception cref="KubeException">It is one, but its files are no use.</exception>
    public static ClusterAccess? Find(Func<string, string?> variable, TimeProvider clock, string folder = Usual)
    {
        if (variable("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host || variable("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port || !File.Exists(Path.Combine(folder, "token")))
        {
            return null;
        }

        try
        {
            return new ClusterAccess
            {
                Name = Name,
                Server = new UriBuilder("https", host, int.Parse(port, CultureInfo.InvariantCulture)).Uri,
                Authorities = Certificates.Authorities(File.ReadAllBytes(Path.Combine(folder, "ca.crt"))),
                Namespace = File.Exists(Path.Combine(folder, "namespace")) ? File.ReadAllText(Path.Combine(folder, "namespace")).Trim() : "default",
                Login = new TokenFileLogin(Path.Combine(folder, "token"), null, clock),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or FormatException)
        {
            throw new KubeException(KubeFault.NoLogin, $"The pod's service account in {folder} is no use: {e.Message}", e);
        }
    }
}
