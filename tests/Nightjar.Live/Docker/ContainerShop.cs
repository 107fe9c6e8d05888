using Nightjar.Testing;

namespace Nightjar.Live.Docker;

/// <summary>The program with a configuration of containers.</summary>
internal static class ContainerShop
{
    public static Task<Daemon> RunAsync(Place place, DockerEngine engine, string mode, params (string Name, string Containers)[] services) => RunAsync(place, engine, mode, null, services);

    /// <param name="playbooks">Their folder; the shipped ones when null.</param>
    /// <param name="services">The name of each service, and its containers in YAML.</param>
    public static async Task<Daemon> RunAsync(Place place, DockerEngine engine, string mode, string? playbooks, params (string Name, string Containers)[] services)
    {
        var (port, config) = (BookShop.FreePort(), Path.Combine(place.Work, "nightjar.yaml"));
        await File.WriteAllTextAsync(
            config,
            $$"""
            state: {{place.State}}
            mode: {{mode}}
            dashboard: { listen: 127.0.0.1:{{port}} }
            docker: { host: {{engine.Host}} }
            {{(playbooks is null ? "" : $"playbooks: {playbooks}")}}
            services:
            {{string.Concat(services.Select(s => $"  - {{name: {s.Name}, containers: {s.Containers}}}\n"))}}
            """);
        var program = Program.Start(place, "run", "--config", config);
        await program.SaysAsync("Sign in", TimeSpan.FromSeconds(20));
        var daemon = new Daemon(place, program, new Uri($"http://127.0.0.1:{port}/"));
        await daemon.WaitAsync("the containers to be looked after", s => $"{s["watchers"]}" is var watchers && (watchers.Contains("looked after", StringComparison.Ordinal) || watchers.Contains("not well:", StringComparison.Ordinal)), "status");
        return daemon;
    }
}
