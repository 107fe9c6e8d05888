namespace Nightjar.Live.Kubernetes;

/// <summary>The built program with a configuration of the real cluster, in observe mode, impatient.</summary>
internal static class ClusterShop
{
    /// <param name="more">More lines of the configuration.</param>
    public static async Task<Daemon> RunAsync(Place place, string more, params string[] namespaces)
    {
        var port = BookShop.FreePort();
        var program = Program.Start(place, "run", "--config", await ConfigureAsync(place, $"dashboard: {{ listen: 127.0.0.1:{port} }}\n{more}", namespaces));
        await program.SaysAsync("Sign in", TimeSpan.FromSeconds(40));
        var daemon = new Daemon(place, program, new Uri($"http://127.0.0.1:{port}/"));
        await daemon.WaitAsync("the cluster to be watched", s => $"{s["watchers"]}".Contains("objects", StringComparison.Ordinal), "status");
        return daemon;
    }

    /// <summary>Writes the configuration, and answers where.</summary>
    public static async Task<string> ConfigureAsync(Place place, string more, params string[] namespaces)
    {
        var config = Path.Combine(place.Work, "nightjar.yaml");
        await File.WriteAllTextAsync(
            config,
            $$"""
            state: {{place.State}}
            kubernetes:
              contexts: [{{TestCluster.Context}}]
              namespaces: [{{string.Join(", ", namespaces)}}]
              patience: { unscheduled: 2s, notReady: 2s, unboundClaim: 2s }
            {{more}}
            """);
        return config;
    }
}
