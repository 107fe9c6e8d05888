using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors;
using Nightjar.Connectors.Probes;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;
using Nightjar.Tests.Logs;

namespace Nightjar.Tests.Connectors.Probes;

public sealed class CertificateTests
{
    private readonly FakeClock clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly Outside outside = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_real_handshake_tells_the_end_of_the_certificate_and_that_it_is_signed_by_itself()
    {
        var end = TimeProvider.System.GetUtcNow().AddDays(5);
        using var certificate = Make(end);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, certificate);

        var seen = await CertificateLook.AtAsync("localhost", ((IPEndPoint)listener.LocalEndpoint).Port, Token);

        Assert.InRange(seen.NotAfter, end.AddSeconds(-2), end.AddSeconds(2));
        Assert.Equal("it is signed by itself, or by nobody whom this machine knows", seen.NotTrusted);
        await serving;
    }

    [Fact]
    public async Task A_server_that_is_not_there_or_speaks_no_tls_is_an_io_error()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var serving = Task.Run(
            async () =>
            {
                using var client = await listener.AcceptTcpClientAsync(Token);
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Token);
            },
            Token);

        await Assert.ThrowsAnyAsync<IOException>(() => CertificateLook.AtAsync("localhost", port, Token));
        await serving;
        listener.Stop();
        await Assert.ThrowsAnyAsync<IOException>(() => CertificateLook.AtAsync("localhost", port, Token));
    }

    [Fact]
    public async Task Two_weeks_before_its_end_it_is_a_warning_three_days_before_critical_and_renewed_it_is_over()
    {
        var end = clock.Now.AddDays(15);
        await using var watching = Watch(() => new SeenCertificate(clock.Now.AddDays(-80), end, null));
        await watching.UntilAsync(() => watching.Says == "shop.example: good until 2026-12-05");
        Assert.Empty(outside.Signals);

        await DaysAsync(1);
        Assert.Empty(outside.Signals);
        await DaysAsync(0.5);
        await watching.UntilAsync(() => outside.Signals.Count == 1);
        var signal = outside.Signals.Single();
        Assert.Equal((SignalKind.Finding, "certificate:shop.example:8443", "certificate-expiring", Severity.Warning), (signal.Kind, signal.Source, signal.Condition, signal.Severity));
        Assert.Equal("the certificate of shop.example:8443 runs out in 13 days, on 2026-12-05 12:00 UTC", signal.Message);
        await DaysAsync(11);
        await watching.UntilAsync(() => outside.Signals.Last().Severity == Severity.Critical);
        await DaysAsync(3);
        await watching.UntilAsync(() => outside.Signals.Last().Message == "the certificate of shop.example:8443 ran out on 2026-12-05 12:00 UTC");

        var told = outside.Signals.Count;
        end = clock.Now.AddDays(90);
        await DaysAsync(1);
        Assert.Equal(told, outside.Signals.Count);
        Assert.True(watcher?.LastWell(new ServiceName("shop"), "certificate:shop.example:8443") > clock.Now.AddDays(-1.1));
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_said_and_looked_at_again_soon()
    {
        var looks = 0;
        await using var watching = Watch(() => ++looks == 1 ? throw new IOException("connection refused") : new SeenCertificate(clock.Now, clock.Now.AddDays(90), "it is for another name"));
        await watching.UntilAsync(() => watching.Says == "shop.example: its certificate could not be looked at: connection refused");
        await clock.TimersAsync(1);
        clock.Advance(TimeSpan.FromMinutes(10));

        await watching.UntilAsync(() => watching.Says == "shop.example: good until 2027-02-18, not trusted here: it is for another name");
        Assert.Empty(outside.Signals);
    }

    private CertificateWatcher? watcher;

    private Watching Watch(Func<SeenCertificate> look)
    {
        Service[] services =
        [
            new() { Name = new ServiceName("shop"), Probes = [new HttpProbe("health", new Uri("https://shop.example:8443/health")), new HttpProbe("same", new Uri("https://shop.example:8443/other")), new HttpProbe("plain", new Uri("http://plain.example/")), new HttpProbe("off", new Uri("https://off.example/")) { Certificate = new CertificateOptions { IsWatched = false } }] },
        ];
        watcher = new CertificateWatcher(new Catalogue(services), outside, (_, _, _) => Task.FromResult(look()), clock, NullLogger.Instance);
        return Watching.Of(watcher, clock);
    }

    private async Task DaysAsync(double days)
    {
        for (var half = 0; half < days * 2; half++)
        {
            await clock.TimersAsync(1);
            clock.Advance(TimeSpan.FromHours(12));
        }

        await clock.TimersAsync(1);
    }

    private static X509Certificate2 Make(DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(end.AddDays(-90), end);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync(Token);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(certificate);
        Assert.Equal(0, await tls.ReadAsync(new byte[1], Token));
    }
}
