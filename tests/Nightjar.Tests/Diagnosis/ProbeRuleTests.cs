using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Tests.Diagnosis;

/// <summary>Kubelet quotes what its probe was told: Go's words for http and tcp, those of the gRPC probe (1.23 and later), and of grpc_health_probe before.</summary>
public sealed class ProbeRuleTests
{
    [Theory]
    [InlineData("readiness-probe-wrong-port", "http", "8081", """Readiness probe failed: Get "http://172.17.0.5:8081/": dial tcp 172.17.0.5:8081: connect: connection refused""")]
    [InlineData("readiness-probe-wrong-port", "tcp", "8081", "Readiness probe failed: dial tcp 172.17.0.5:8081: connect: connection refused")]
    [InlineData("readiness-probe-wrong-port", "grpc", "8081", """Readiness probe failed: timeout: failed to connect service "172.17.0.5:8081" within 1s: context deadline exceeded""")]
    [InlineData("readiness-probe-wrong-protocol", "http", "8080", """Readiness probe failed: Get "http://172.17.0.5:8080/health": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x00\x00\x06\x04\x00\x00" """)]
    [InlineData("readiness-probe-wrong-protocol", "http", "8080", """Readiness probe failed: Get "https://172.17.0.5:8080/": http: server gave HTTP response to HTTPS client""")]
    [InlineData("readiness-probe-wrong-path", "http", "8080", "Readiness probe failed: HTTP probe failed with statuscode: 404")]
    public void A_readiness_probe_that_asks_wrongly_is_told_from_a_program_that_is_ill(string cause, string kind, string port, string said)
    {
        var named = new Shop().With("web", Shop.Running() with { IsReady = false, Ports = [8080], Readiness = Probe(kind, port) }).Says(Shop.PodRef("web"), "Unhealthy", said).Named(cause);

        Assert.Equal(Shop.Deployment("web"), named.About);
        Assert.Equal("not-ready", named.Condition);
    }

    [Fact]
    public void What_the_program_says_of_its_port_makes_it_certain()
    {
        var shop = new Shop().With("web", Shop.Running() with { IsReady = false, Readiness = Probe("http", "8081") })
            .Says(Shop.PodRef("web"), "Unhealthy", """Readiness probe failed: Get "http://172.17.0.5:8081/": dial tcp 172.17.0.5:8081: connect: connection refused""").Logs("web", "listening on port: 8080");

        var named = shop.Named("readiness-probe-wrong-port");

        Assert.Contains("the program listens on 8080", named.Says, StringComparison.Ordinal);
        Assert.True(named.Confidence >= 0.8);
    }

    [Theory]
    [InlineData("liveness-probe-wrong-port", "tcp", "8081", 10, "Liveness probe failed: dial tcp 172.17.0.5:8081: connect: connection refused")]
    [InlineData("liveness-probe-wrong-protocol", "http", "8080", 10, """Liveness probe failed: Get "http://172.17.0.5:8080/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x00\x00\x1e\x04" """)]
    [InlineData("liveness-probe-too-early", "http", "8080", 1, """Liveness probe failed: Get "http://172.17.0.5:8080/": dial tcp 172.17.0.5:8080: connect: connection refused""")]
    [InlineData("liveness-probe-too-early", "grpc", "8080", 1, """Liveness probe failed: timeout: failed to connect service "172.17.0.5:8080" within 1s: context deadline exceeded""")]
    public void A_liveness_probe_that_ends_what_is_well_is_named(string cause, string kind, string port, int failures, string said) =>
        new Shop().With("web", Shop.Running() with { Restarts = 5, Ports = [8080], Liveness = Probe(kind, port) with { Failures = failures } }).Says(Shop.PodRef("web"), "Unhealthy", said)
            .Says(Shop.PodRef("web"), "Killing", "Container app failed liveness probe, will be restarted", "Normal").Named(cause);

    [Fact]
    public void A_probe_that_failed_while_the_program_began_is_no_cause() =>
        Assert.Empty(new Shop().With("web", Shop.Running() with { Readiness = Probe("http", "8080"), Startup = Probe("http", "15021") })
            .Says(Shop.PodRef("web"), "Unhealthy", """Startup probe failed: Get "http://172.20.1.158:15021/healthz/ready": dial tcp 172.20.1.158:15021: connect: connection refused""")
            .Says(Shop.PodRef("web"), "Unhealthy", """Readiness probe failed: Get "http://172.20.1.158:8080/": dial tcp 172.20.1.158:8080: connect: connection refused""").Rank().Causes);

    private static ContainerProbe Probe(string kind, string port) => new(kind, port, kind == "http" ? "/" : "", 0, 5, 1, 3);
}
