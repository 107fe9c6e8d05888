using Nightjar.Cli;
using Nightjar.Configuration;
using Nightjar.Connectors.Docker;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Configuration;

/// <summary>What <c>check</c> names where a machine lacks something; any machine, whatever this one is.</summary>
public class PlatformCheckTests
{
    private static readonly Service Journaled = new() { Name = new("shop"), Journal = ["shop.service"] };

    private static readonly Service Contained = new() { Name = new("shop"), Containers = [new ContainerWatch { Name = "web" }] };

    [Fact]
    public void MacOS_lacks_fence_and_journal_and_has_the_socket_elsewhere()
    {
        var lines = Lines(new Platform("macOS", false, "/Users/ann", null, p => p == "/Users/ann/.docker/run/docker.sock"), Journaled, Contained);
        Assert.Equal(["platform: fence", "platform: journal", "platform: docker"], lines.Select(l => l.What));
        Assert.Equal("there is no /var/run/docker.sock, but /Users/ann/.docker/run/docker.sock", lines[2].Says);
        Assert.Contains("docker: {host: unix:///Users/ann/.docker/run/docker.sock}", lines[2].WhatToDo, StringComparison.Ordinal);
        Assert.All(lines, l => Assert.Equal(CheckOutcome.Warn, l.Outcome));
    }

    [Fact]
    public void WSL_without_systemd_is_told_how_to_have_it()
    {
        var line = Assert.Single(Lines(new Platform("WSL", true, "/home/ann", "/run/user/1000", p => p == DockerOptions.DefaultHost["unix://".Length..]), Journaled, Contained));
        Assert.Contains("systemd=true", line.WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_without_root_is_found_and_none_at_all_is_said()
    {
        Assert.Contains("/run/user/1000/docker.sock", Assert.Single(Lines(new Platform("Linux", true, "/home/ann", "/run/user/1000", p => p == "/run/user/1000/docker.sock"), Contained)).Says, StringComparison.Ordinal);
        Assert.Contains("start the engine", Assert.Single(Lines(new Platform("Linux", true, "/home/ann", null, _ => false), Contained)).WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_said_of_what_nobody_wants_or_what_is_there()
    {
        Assert.Empty(Lines(new Platform("Linux", true, "/home/ann", null, _ => true), Journaled, Contained));
        Assert.Empty(Lines(new Platform("Linux", true, "/home/ann", null, _ => false), new Service { Name = new("shop") }));
    }

    private static List<CheckLine> Lines(Platform here, params Service[] services) => [.. PlatformCheck.Of(here, new NightjarOptions { Services = [.. services], State = "/state" })];
}
