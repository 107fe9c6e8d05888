using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Connectors.Kubernetes.Access;

/// <summary>A program of the user's that prints credentials, as the kubeconfig names it.</summary>
/// <param name="Version">Of the ExecCredential that it speaks: <c>client.authentication.k8s.io/v1</c> or <c>v1beta1</c>.</param>
/// <param name="InstallHint">What the kubeconfig says about how it is installed; may be empty.</param>
internal sealed record CredentialPlugin(string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Version, string InstallHint)
{
    /// <summary>The cluster as the plug-in is told of it, where the kubeconfig wants that; null otherwise.</summary>
    public JsonObject? Cluster { get; init; }
}

/// <summary>
/// Runs a credential plug-in and keeps what it printed until that ends, or the server refuses it
/// (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins). Nobody sits at our
/// terminal, so it is told that it cannot ask.
/// </summary>
internal sealed class PluginLogin(CredentialPlugin plugin, TimeProvider clock) : IKubeLogin, IDisposable
{
    private const int LargestAnswer = 256 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A token that ends while a request is on its way is no use.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim turn = new(1, 1);
    private volatile Held? held;

    public async ValueTask<KubeProof> ProofAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } known)
        {
            return known;
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } made)
            {
                return made;
            }

            held = Read(await RunAsync(cancellationToken));
            return held.Proof;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Refused(KubeProof proof)
    {
        if (held?.Proof == proof)
        {
            held = null;
        }
    }

    public void Dispose() => turn.Dispose();

    private KubeProof? Fresh() => held is { } known && (known.Until is null || known.Until - Before > clock.GetUtcNow()) ? known.Proof : null;

    private async Task<byte[]> RunAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(plugin.Command, plugin.Arguments);
        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }

        var spec = new JsonObject { ["interactive"] = false };
        if (plugin.Cluster is not null)
        {
            spec["cluster"] = plugin.Cluster.DeepClone();
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = new JsonObject { ["apiVersion"] = plugin.Version, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
        try
        {
            var ended = await ChildProcess.RunAsync(start, null, LargestAnswer, Patience, cancellationToken);
            return ended is { ExitCode: 0, Cut: false } ? ended.Output : throw Failed($"it ended with exit code {ended.ExitCode}: {SourceHttp.Line(ended.Errors)}");
        }
        catch (TimeoutException e)
        {
            throw Failed(e.Message, e);
        }
        catch (Win32Exception e)
        {
            throw Failed($"it cannot be started ({e.Message}). {SourceHttp.Line(plugin.InstallHint)}".TrimEnd(), e);
        }
    }

    private Held Read(byte[] output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var root = document.RootElement;
            if (root.GetProperty("kind").GetString() != "ExecCredential" || root.GetProperty("apiVersion").GetString() != plugin.Version)
            {
                throw Failed($"it printed no ExecCredential of {plugin.Version}");
            }

            var status = root.GetProperty("status");
            var token = Text(status, "token");
            using var pair = Text(status, "clientCertificateData") is { } certificate && Text(status, "clientKeyData") is { } key ? X509Certificate2.CreateFromPem(certificate, key) : null;
            if (token is null && pair is null)
            {
                throw Failed("it printed neither a token nor a certificate with its key");
            }

            return new Held(new KubeProof(token, pair is null ? null : Certificates.ForTls(pair)), Text(status, "expirationTimestamp") is { } until ? DateTimeOffset.Parse(until, System.Globalization.CultureInfo.InvariantCulture) : null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or CryptographicException)
        {
            throw Failed($"what it printed cannot be read ({e.Message})", e);
        }
    }

    private KubeException Failed(string why, Exception? inner = null) => new(KubeFault.NoLogin, $"The credential plug-in {plugin.Command} gave no credentials: {why}", inner);

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record Held(KubeProof Proof, DateTimeOffset? Until);
}
