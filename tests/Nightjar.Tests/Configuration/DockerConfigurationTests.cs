using Nightjar.Connectors.Docker;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Configuration;

public sealed class DockerConfigurationTests
{
    /// <summary>What stands after the service's name, or at the top, and the one fault that it gets.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "    containers: [{critical: on}]", "services[0].containers[0]: picks no container; give name, label or compose" },
        { "    containers: [{name: web, dependsOn: web}]", "services[0].containers[0].dependsOn: says that web needs itself" },
        { "    containers: [web, web]", "services[0].containers[1]: names the container web, which another entry names already" },
        { "    containers: [\"a/b\"]", "services[0].containers[0]: a/b is not the name of a container, or a pattern with *" },
        { "    containers: [{name: web, helthUrl: x}]", "services[0].containers[0]: there is no key helthUrl; did you mean healthUrl?" },
        { "docker: {sweep: 5s}", "docker: is not used: no service has containers" },
        { "    containers: web\ndocker: {host: \"tcp://10.0.0.7:2375\"}", "docker.host: is another machine without TLS, and whoever can reach that port owns the machine behind it; give docker.tls, or say docker.plain: on where the network between is yours alone" },
        { "    containers: web\ndocker: {host: \"tcp://h:2376\", tls: {ca: c, cert: d}}", "docker.tls: takes both cert and key, or neither" },
        { "    containers: web\ndocker: {host: \"ssh://h\"}", "docker.host: ssh://h is not unix:///path or tcp://host:port" },
        { "    containers: web\ndocker: {plain: on}", "docker.plain: is not used: docker.host is a socket of this machine" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_has_its_place_and_its_reason(string keys, string fault) =>
        Assert.EndsWith($": {fault}", Assert.Single(Yaml.Faults($"{Yaml.OneService}{keys}\n")), StringComparison.Ordinal);

    [Fact]
    public void A_name_alone_is_a_container_with_the_usual_care()
    {
        var options = Yaml.Options($"{Yaml.OneService}    containers: [web, {{label: tier=front}}]\n");
        Assert.Equal([new ContainerWatch { Name = "web" }, new ContainerWatch { Label = "tier=front" }], options.Services[0].Containers);
        Assert.Equal(new DockerOptions(), options.Docker);
        Assert.Equal("web", Assert.Single(Yaml.Options($"{Yaml.OneService}    containers: web\n").Services[0].Containers).Name);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:2375")]
    [InlineData("tcp://localhost:2375")]
    [InlineData("tcp://[::1]:2375")]
    public void Without_tls_the_engine_may_be_on_this_machine(string host) =>
        Assert.Equal(host, Yaml.Options($"{Yaml.OneService}    containers: web\ndocker: {{host: \"{host}\"}}\n").Docker.Host);
}
