using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Nightjar.Connectors.Docker;
using Nightjar.Core.Services;

namespace Nightjar.Configuration;

/// <summary>What no single key of <c>docker</c> or of a service's containers can tell.</summary>
internal static class DockerChecks
{
    public static void Run(NightjarOptions options, Reading reading)
    {
        var isUsed = false;
        for (var i = 0; i < options.Services.Length; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"services[{i}].containers");
            isUsed |= reading.Has(path);
            for (var j = 0; j < options.Services[i].Containers.Length; j++)
            {
                var item = string.Create(CultureInfo.InvariantCulture, $"{path}[{j}]");
                Check(options.Services, i, j, reading.Has(item) ? item : path, reading);
            }
        }

        if (reading.Has("docker") && !isUsed)
        {
            reading.Blame("docker", "is not used: no service has containers");
        }

        CheckHost(options.Docker, reading);
    }

    private static void Check(ImmutableArray<Service> services, int service, int index, string path, Reading reading)
    {
        var watch = services[service].Containers[index];
        if (watch is { Name: null, Label: null, Compose: null })
        {
            reading.Blame(path, "picks no container; give name, label or compose");
        }

        if (watch.Name is { } name && watch.DependsOn.Contains(name))
        {
            reading.Blame($"{path}.dependsOn", $"says that {Wording.Quote(name)} needs itself");
        }

        var before = services.Take(service).SelectMany(s => s.Containers).Concat(services[service].Containers.Take(index));
        if (watch.IsOne() && before.Any(b => b.IsOne() && b.Name == watch.Name))
        {
            reading.Blame(path, $"names the container {Wording.Quote(watch.Name ?? "")}, which another entry names already");
        }
    }

    private static void CheckHost(DockerOptions docker, Reading reading)
    {
        if (docker.SocketPath is not null)
        {
            foreach (var key in new[] { docker.IsTls ? "tls" : null, docker.Plain ? "plain" : null }.OfType<string>())
            {
                reading.Blame($"docker.{key}", "is not used: docker.host is a socket of this machine");
            }

            return;
        }

        if (docker.Cert is null != docker.Key is null)
        {
            reading.Blame("docker.tls", "takes both cert and key, or neither");
        }

        if (!docker.IsTls && !docker.Plain && !IsLoopback(docker.Host))
        {
            reading.Blame("docker.host", "is another machine without TLS, and whoever can reach that port owns the machine behind it; give docker.tls, or say docker.plain: on where the network between is yours alone");
        }
    }

    private static bool IsLoopback(string host) =>
        Uri.TryCreate(host, UriKind.Absolute, out var url) && (url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}
