using Nightjar.Connectors.Docker;
using Nightjar.Core.Services;
using static Nightjar.Configuration.Shapes;

namespace Nightjar.Configuration;

/// <summary>The keys of Docker: where its engine is, and which containers a service has.</summary>
internal static class DockerKeys
{
    private static readonly Scalar<string> ContainerName = Signature("the name of a container, or a pattern with *", "^[A-Za-z0-9_.*-]{1,200}$");

    private static readonly Section<ContainerWatch> Container =
        new Section<ContainerWatch>("{name, label, compose, healthUrl, …}", "Containers of a service; picked when all of name, label and compose fit that are given.", new ContainerWatch())
            .Key("name", "Its name as docker ps shows it, or a pattern with *. One without * has to be there: its absence is an incident.", ContainerName, o => o.Name, (o, v) => o with { Name = v })
            .Key("label", "A label that it has: key, or key=value.", Text("key or key=value", longest: 300), o => o.Label, (o, v) => o with { Label = v })
            .Key("compose", "The compose project that it is of, or project/service.", Signature("project or project/service", "^[a-z0-9][a-z0-9_-]*(/[A-Za-z0-9_.-]+)?$"), o => o.Compose, (o, v) => o with { Compose = v })
            .Key("healthUrl", "Asked at each sweep, beside the container's own health check; 2xx is well, and two failures in a row are an incident.", Url(), o => o.HealthUrl, (o, v) => o with { HealthUrl = v })
            .Key("timeout", "No answer of healthUrl by then is a failure.", Duration("100ms", "1m"), o => o.Timeout, (o, v) => o with { Timeout = v })
            .Key("critical", "A data store, or another part that nothing is done to without a person's yes.", Switch(), o => o.Critical, (o, v) => o with { Critical = v })
            .Key("autoRestart", "Whether playbooks may restart it.", Switch(), o => o.AutoRestart, (o, v) => o with { AutoRestart = v })
            .Key("maxRestartsPerHour", "Restarts by playbooks.", Whole(0, 1_000), o => o.MaxRestartsPerHour, (o, v) => o with { MaxRestartsPerHour = v })
            .Key("dependsOn", "Containers that it needs, by name; an unhealthy one of them is healed first.", new ListOf<string>("a list of names", ContainerName, orOne: true), o => o.DependsOn, (o, v) => o with { DependsOn = v });

    public static readonly Short<ContainerWatch> Watch = new(ContainerName, name => new ContainerWatch { Name = name }, Container);

    private static readonly Section<DockerOptions> Tls =
        new Section<DockerOptions>("{ca, cert, key}", "TLS to an engine on tcp://, as docker --tlsverify has it.", new DockerOptions())
            .Key("ca", "The authority of the engine's certificate, a PEM file.", FilePath("a path"), o => o.Ca, (o, v) => o with { Ca = v }, required: true)
            .Key("cert", "Our certificate, a PEM file.", FilePath("a path"), o => o.Cert, (o, v) => o with { Cert = v })
            .Key("key", "Its key, a PEM file.", FilePath("a path"), o => o.Key, (o, v) => o with { Key = v });

    public static readonly Section<DockerOptions> Docker =
        new Section<DockerOptions>("{host, sweep, tls, plain}", "The Docker Engine that runs the containers of the services.", new DockerOptions())
            .Key("host", "Where it answers, as in DOCKER_HOST.", Signature("unix:///path or tcp://host:port", "^(unix:///[^\\x00]+|tcp://[^/?#@\\x00]+:[0-9]{1,5})$"), o => o.Host, (o, v) => o with { Host = v })
            .Key("sweep", "How often all containers are looked at; what changes is seen at once from its events.", Duration("1s", "2m"), o => o.Sweep, (o, v) => o with { Sweep = v })
            .Key("tls", "Certificates, for tcp://.", Tls, o => o.IsTls ? o : null, (o, v) => o with { Ca = v.Ca, Cert = v.Cert, Key = v.Key })
            .Key("plain", "Whether tcp:// without TLS may leave this machine: who can reach that port owns the machine behind it.", Switch(), o => o.Plain, (o, v) => o with { Plain = v });
}
