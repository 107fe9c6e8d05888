using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Kubernetes;

public sealed class AccessTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kubeconfig-");
    private readonly FakeClock clock = new();

    [Fact]
    public async Task Contexts_of_several_files_are_merged_and_the_first_wins()
    {
        var one = Write("one", "{current-context: a, contexts: [{name: a, context: {cluster: c, user: u, namespace: shop}}], clusters: [{name: c, cluster: {server: 'https://first:6443'}}]}");
        var two = Write("two", "{current-context: b, contexts: [{name: b, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: 'https://second:6443'}}], users: [{name: u, user: {token: abc}}]}");

        var config = KubeConfig.Read([one, Path.Combine(folder.FullName, "absent"), two]);

        Assert.Equal(["a", "b"], config.Contexts);
        var access = config.Open(null, clock);
        Assert.Equal(("a", "https://first:6443/", "shop"), (access.Name, access.Server.AbsoluteUri, access.Namespace));
        Assert.Equal("abc", (await access.Login.ProofAsync(default)).Token);
        Assert.Equal("default", config.Open("b", clock).Namespace);
    }

    [Theory]
    [InlineData("[1, 2", "is no YAML: line ")]
    [InlineData("{contexts: []}", "names no current context")]
    [InlineData("{current-context: x, contexts: [{name: a, context: {}}]}", "has no context x: there are a")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c}}]}", "has no cluster c, which its context a names")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c}}], clusters: [{name: c, cluster: {server: 'no address'}}]}", "is no address: no address")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c}}], clusters: [{name: c, cluster: {server: 'https://x', certificate-authority-data: '%%%'}}]}", "certificate-authority-data is no base64")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c}}], clusters: [{name: c, cluster: {server: 'https://x', certificate-authority-data: 'YWJj'}}]}", "a certificate of context a cannot be read")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: 'https://x'}}], users: [{name: u, user: {auth-provider: {name: gcp}}}]}", "the auth-provider gcp is of a kind that Kubernetes dropped")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: 'https://x'}}], users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: aws}}}]}", "speaks client.authentication.k8s.io/v1alpha1")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: 'https://x'}}], users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, interactiveMode: Always}}}]}", "wants to ask somebody at a terminal")]
    public void A_kubeconfig_that_is_no_use_says_what_is_wrong(string yaml, string says)
    {
        var path = Write("config", yaml);

        var e = Assert.Throws<KubeException>(() => KubeConfig.Read([path]).Open(null, clock));

        Assert.Equal(KubeFault.NoLogin, e.Fault);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_kubeconfig_it_says_where_it_looked()
    {
        var e = Assert.Throws<KubeException>(() => KubeConfig.Read(KubeConfig.UsualPaths(null, folder.FullName)));

        Assert.Contains($"{folder.FullName}/.kube/config. Set KUBECONFIG", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_accounts_token_is_read_again_when_it_was_renewed()
    {
        Write("token", "first\n");
        Write("ca.crt", Authority().ExportCertificatePem());
        var access = InCluster.Find(name => name.EndsWith("HOST", StringComparison.Ordinal) ? "10.0.0.1" : "443", clock, folder.FullName)!;
        Assert.Equal("https://10.0.0.1/", access.Server.AbsoluteUri);
        var first = await access.Login.ProofAsync(default);

        Write("token", "second");
        Assert.Equal("first", (await access.Login.ProofAsync(default)).Token);
        access.Login.Refused(first);
        Assert.Equal("second", (await access.Login.ProofAsync(default)).Token);
        Write("token", "third");
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("third", (await access.Login.ProofAsync(default)).Token);
        File.Delete(Path.Combine(folder.FullName, "token"));
        clock.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<KubeException>(async () => await access.Login.ProofAsync(default));
        Assert.Null(InCluster.Find(_ => null, clock, folder.FullName));
    }

    [Fact]
    public async Task A_credential_plug_in_is_asked_once_until_its_token_ends_or_is_refused()
    {
        var script = Write("plugin.sh", """
            #!/bin/sh
            echo run >> "$COUNT"
            case "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*) ;; *) exit 3 ;; esac
            cat "$ANSWER"
            """);
        var (count, answer) = (Path.Combine(folder.FullName, "count"), Write("answer", Credential("one", "2026-05-19T22:00:00Z")));
        var path = Write("config", $"{{current-context: a, contexts: [{{name: a, context: {{cluster: c, user: u}}}}], clusters: [{{name: c, cluster: {{server: 'https://x'}}}}], users: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [{script}, get], env: [{{name: COUNT, value: {count}}}, {{name: ANSWER, value: {answer}}}]}}}}}}]}}");
        var login = KubeConfig.Read([path]).Open(null, clock).Login;

        var proofs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => login.ProofAsync(default).AsTask()));
        Assert.All(proofs, p => Assert.Equal("one", p.Token));
        Assert.Single(await File.ReadAllLinesAsync(count, TestContext.Current.CancellationToken));

        Write("answer", Credential("two", "2026-05-20T22:00:00Z"));
        clock.Advance(TimeSpan.FromMinutes(59.9));
        Assert.Equal("two", (await login.ProofAsync(default)).Token);
        Write("answer", Credential("three", null));
        login.Refused(await login.ProofAsync(default));
        Assert.Equal("three", (await login.ProofAsync(default)).Token);

        Write("answer", "{}");
        login.Refused(await login.ProofAsync(default));
        var e = await Assert.ThrowsAsync<KubeException>(async () => await login.ProofAsync(default));
        Assert.Contains("gave no credentials: what it printed cannot be read", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plug_in_that_is_not_there_says_how_it_is_installed()
    {
        using var login = new PluginLogin(new CredentialPlugin("no-such-program-here", [], new Dictionary<string, string>(), "client.authentication.k8s.io/v1", "get it from your cloud"), clock);

        var e = await Assert.ThrowsAsync<KubeException>(async () => await login.ProofAsync(default));

        Assert.Contains("it cannot be started", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("get it from your cloud", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_servers_certificate_must_lead_to_the_named_authority_and_ours_is_shown()
    {
        using var authority = Authority();
        using var foreign = Authority();
        using var serverPair = Signed(authority, "localhost", isServer: true);
        using var ours = Signed(authority, "nightjar", isServer: false);
        await using var server = await SecureAsync(serverPair);
        var address = new Uri(server.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        var access = new ClusterAccess { Name = "test", Server = address, Authorities = [authority], Login = new FixedLogin(new KubeProof(null, ours)) };

        using (var api = new KubeApi(access))
        using (var answer = await api.GetAsync("/whoami", "ask", default))
        {
            Assert.Equal("CN=nightjar", answer.RootElement.GetProperty("subject").GetString());
        }

        using var wrong = new KubeApi(access with { Authorities = [foreign] });
        Assert.Equal(KubeFault.Untrusted, (await Assert.ThrowsAsync<KubeException>(() => wrong.GetAsync("/whoami", "ask", default))).Fault);
        using var otherName = new KubeApi(access with { TlsServerName = "other.example" });
        Assert.Equal(KubeFault.Untrusted, (await Assert.ThrowsAsync<KubeException>(() => otherName.GetAsync("/whoami", "ask", default))).Fault);
        using var careless = new KubeApi(access with { Authorities = [], SkipsVerification = true });
        using var seen = await careless.GetAsync("/whoami", "ask", default);
        Assert.Equal("CN=nightjar", seen.RootElement.GetProperty("subject").GetString());
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static string Credential(string token, string? until) => JsonSerializer.Serialize(new
    {
        apiVersion = "client.authentication.k8s.io/v1",
        kind = "ExecCredential",
        status = new { token, expirationTimestamp = until },
    });

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1));
    }

    private static X509Certificate2 Signed(X509Certificate2 authority, string name, bool isServer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        using var signed = request.Create(authority, TimeProvider.System.GetUtcNow().AddMinutes(-30), TimeProvider.System.GetUtcNow().AddMinutes(30), [1, 2, 3, (byte)(isServer ? 4 : 5)]);
        using var pair = signed.CopyWithPrivateKey(key);
        return Certificates.ForTls(pair);
    }

    private static async Task<WebApplication> SecureAsync(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.UseHttps(h =>
        {
            h.ServerCertificate = certificate;
            h.ClientCertificateMode = Microsoft.AspNetCore.Server.Kestrel.Https.ClientCertificateMode.AllowCertificate;
            h.ClientCertificateValidation = (_, _, errors) => errors != SslPolicyErrors.RemoteCertificateNotAvailable;
        })));
        var server = builder.Build();
        server.Run(http => http.Response.WriteAsync(JsonSerializer.Serialize(new { subject = http.Connection.ClientCertificate?.Subject }), Encoding.UTF8));
        await server.StartAsync();
        return server;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
