using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Docker;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Connectors.Docker;

/// <summary>An engine on TCP that wants to see a certificate, as <c>dockerd --tlsverify</c> does.</summary>
public sealed class DockerTlsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nj-tls-");

    [Fact]
    public async Task With_our_certificate_and_its_authority_the_engine_answers_and_with_another_authority_not()
    {
        using var ca = Authority("engine");
        using var other = Authority("other");
        using var server = Issue(ca, "127.0.0.1");
        using var client = Issue(ca, "nightjar");
        Write("ca.pem", ca.ExportCertificatePem());
        Write("other.pem", other.ExportCertificatePem());
        Write("cert.pem", client.ExportCertificatePem());
        Write("key.pem", client.GetRSAPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? "");
        await using var engine = await StartAsync(X509CertificateLoader.LoadPkcs12(server.Export(X509ContentType.Pkcs12), null), client.Thumbprint);
        var options = new DockerOptions { Host = engine.Urls.Single().Replace("https", "tcp", StringComparison.Ordinal), Ca = Path("ca.pem"), Cert = Path("cert.pem"), Key = Path("key.pem") };

        Assert.StartsWith("Docker 27.0.0 answers at tcp://127.0.0.1:", (await CheckAsync(options)).Says, StringComparison.Ordinal);
        Assert.Contains("see whether docker.tls names the authority", (await CheckAsync(options with { Ca = Path("other.pem") })).Says, StringComparison.OrdinalIgnoreCase);
        Assert.False((await CheckAsync(options with { Cert = null, Key = null })).IsReached);
        Assert.Contains("The certificates of docker.tls cannot be read", (await CheckAsync(options with { Key = Path("absent.pem") })).Says, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static async Task<DockerStanding> CheckAsync(DockerOptions options)
    {
        using var room = new DockerRoom(options, new Catalogue([]), TimeProvider.System, NullLoggerFactory.Instance);
        return await room.CheckAsync(CancellationToken.None);
    }

    private static async Task<WebApplication> StartAsync(X509Certificate2 server, string client)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(server, h =>
        {
            h.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            h.ClientCertificateValidation = (shown, _, _) => shown.Thumbprint == client;
        })));
        var engine = builder.Build();
        engine.Run(http => http.Response.WriteAsync(http.Request.Path == "/version" ? """{"Version":"27.0.0","ApiVersion":"1.47","MinAPIVersion":"1.24"}""" : "[]"));
        await engine.StartAsync();
        return engine;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 ca, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(ca, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    private string Path(string name) => System.IO.Path.Combine(folder.FullName, name);

    private void Write(string name, string text) => File.WriteAllText(Path(name), text);
}
