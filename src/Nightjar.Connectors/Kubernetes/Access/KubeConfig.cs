using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Nightjar.Connectors.Kubernetes.Access;

/// <summary>
/// Kubeconfig files, merged as kubectl merges them: the first that names a thing wins
/// (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/).
/// </summary>
internal sealed class KubeConfig
{
    private readonly ImmutableArray<KubeConfigFile> files;

    private KubeConfig(ImmutableArray<KubeConfigFile> files) => this.files = files;

    /// <summary>Where kubectl would look: the files of <c>KUBECONFIG</c>, else the one in the home folder.</summary>
    public static IReadOnlyList<string> UsualPaths(string? variable, string home) =>
        string.IsNullOrEmpty(variable) ? [Path.Combine(home, ".kube", "config")] : variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <param name="paths">Those that are not there are left out, as long as one is.</param>
    /// <exception cref="KubeException">None is there, or one cannot be read.</exception>
    public static KubeConfig Read(IReadOnlyList<string> paths)
    {
        var there = paths.Where(File.Exists).ToList();
        return there.Count == 0
            ? throw new KubeException(KubeFault.NoLogin, $"There is no kubeconfig at {string.Join(" or ", paths)}. Set KUBECONFIG or kubernetes.kubeconfig, or run inside a cluster.")
            : new KubeConfig([.. there.Select(KubeConfigFile.Read)]);
    }

    public ImmutableArray<string> Contexts => [.. files.SelectMany(f => f.Names("contexts")).Distinct(StringComparer.Ordinal)];

    /// <param name="context">Null takes the current one.</param>
    /// <exception cref="KubeException">It is not there, or something that it needs is missing; the message says what.</exception>
    public ClusterAccess Open(string? context, TimeProvider clock)
    {
        var name = context ?? files.Select(f => f.Current).FirstOrDefault(c => c.Length > 0)
            ?? throw Bad($"names no current context: set one of {Listed()} with kubernetes.contexts");
        var chosen = Find("contexts", name) ?? throw Bad($"has no context {name}: there are {Listed()}");
        var what = chosen.At("context");
        var cluster = Find("clusters", what.Text("cluster")) ?? throw Bad($"has no cluster {what.Text("cluster")}, which its context {name} names");
        var user = Find("users", what.Text("user"));
        return Read(name, what, cluster.At("cluster"), user?.At("user"), clock);
    }

    private static ClusterAccess Read(string name, KubeConfigNode context, KubeConfigNode cluster, KubeConfigNode? user, TimeProvider clock)
    {
        try
        {
            var authorities = cluster.Bytes("certificate-authority-data", "certificate-authority");
            var skips = cluster.Text("insecure-skip-tls-verify") == "true";
            return new ClusterAccess
            {
                Name = name,
                Server = Uri.TryCreate(cluster.Text("server"), UriKind.Absolute, out var server) && server.Scheme is "https" or "http" ? server : throw cluster.Bad($"the server of context {name} is no address: {cluster.Text("server")}"),
                Authorities = authorities is null ? [] : Certificates.Authorities(authorities),
                TlsServerName = cluster.Text("tls-server-name") is { Length: > 0 } other ? other : null,
                SkipsVerification = skips,
                Proxy = Uri.TryCreate(cluster.Text("proxy-url"), UriKind.Absolute, out var proxy) ? proxy : null,
                Namespace = context.Text("namespace") is { Length: > 0 } space ? space : "default",
                Login = user is null ? new FixedLogin(KubeProof.None) : Login(user, cluster, clock),
            };
        }
        catch (CryptographicException e)
        {
            throw cluster.Bad($"a certificate of context {name} cannot be read: {e.Message}", e);
        }
    }

    private static IKubeLogin Login(KubeConfigNode user, KubeConfigNode cluster, TimeProvider clock)
    {
        var certificate = user.Bytes("client-certificate-data", "client-certificate") is { } pem
            ? Certificates.Pair(pem, user.Bytes("client-key-data", "client-key") ?? throw user.Bad("there is a client-certificate without its client-key"))
            : null;
        if (user.At("exec") is { IsThere: true } plugin)
        {
            return new PluginLogin(Plugin(plugin, cluster), clock);
        }

        if (user.Text("token") is { Length: > 0 } token)
        {
            return new FixedLogin(new KubeProof(token, certificate));
        }

        if (user.Path("tokenFile") is { } file)
        {
            return new TokenFileLogin(file, certificate, clock);
        }

        if (user.Text("username") is { Length: > 0 } basic)
        {
            return new FixedLogin(new KubeProof(null, certificate) { Basic = $"{basic}:{user.Text("password")}" });
        }

        return user.At("auth-provider").IsThere && certificate is null
            ? throw user.Bad($"the auth-provider {user.At("auth-provider").Text("name")} is of a kind that Kubernetes dropped in 1.26: use an exec plug-in")
            : new FixedLogin(new KubeProof(null, certificate));
    }

    private static CredentialPlugin Plugin(KubeConfigNode plugin, KubeConfigNode cluster)
    {
        var version = plugin.Text("apiVersion");
        if (version is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
        {
            throw plugin.Bad($"the exec plug-in {plugin.Text("command")} speaks {version}; v1 and v1beta1 of client.authentication.k8s.io are known");
        }

        if (plugin.Text("interactiveMode") == "Always")
        {
            throw plugin.Bad($"the exec plug-in {plugin.Text("command")} wants to ask somebody at a terminal, where nobody is");
        }

        return new CredentialPlugin(
            plugin.Program("command"), plugin.Texts("args"), plugin.Items("env").GroupBy(e => e.Text("name"), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Text("value"), StringComparer.Ordinal), version, plugin.Text("installHint"))
        {
            Cluster = plugin.Text("provideClusterInfo") != "true" ? null : new JsonObject
            {
                ["server"] = cluster.Text("server"),
                ["tls-server-name"] = cluster.Text("tls-server-name"),
                ["insecure-skip-tls-verify"] = cluster.Text("insecure-skip-tls-verify") == "true",
                ["certificate-authority-data"] = cluster.Bytes("certificate-authority-data", "certificate-authority") is { } pem ? Convert.ToBase64String(pem) : "",
            },
        };
    }

    private KubeConfigNode? Find(string list, string name) => files.Select(f => f.Find(list, name)).FirstOrDefault(n => n is not null);

    private string Listed() => Contexts is { Length: > 0 } all ? string.Join(", ", all.Take(20)) : "no contexts in it";

    private KubeException Bad(string why) => new(KubeFault.NoLogin, $"The kubeconfig {string.Join(" and ", files.Select(f => f.Path))} {why}.");
}
