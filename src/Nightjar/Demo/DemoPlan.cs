namespace Nightjar.Demo;

/// <summary>What was asked of the demo.</summary>
/// <param name="Home">The root of Nightjar's source, where the sample is.</param>
/// <param name="Folder">Everything of the demo is below it; emptied at the start.</param>
/// <param name="IsModel">Claude Code works, against a scripted model.</param>
internal sealed record DemoPlan(Patient Patient, string Home, string Folder, bool Headless, bool IsModel)
{
    public const string Service = "shop";

    /// <summary>Shorter than in production, so that the demo ends while somebody looks; said on the screen.</summary>
    public static readonly TimeSpan VerifyWindow = TimeSpan.FromSeconds(20);

    /// <summary>Load without an incident after which the demo says that nothing is wrong.</summary>
    public static readonly TimeSpan WellAfter = TimeSpan.FromSeconds(30);

    /// <summary>The state folder of the daemon under <paramref name="folder"/>; the client verbs look there, too.</summary>
    public static string StateIn(string folder) => Path.Combine(folder, "state");

    public string State => StateIn(Folder);

    /// <summary>What a real key would be in; the scripted model takes any.</summary>
    public string KeyFile => Path.Combine(Folder, "model-key");

    public string LogFile => Path.Combine(Folder, "logs", "shop.log");

    /// <summary>The configuration that a user would write for this service.</summary>
    /// <param name="model">Where the scripted model answers; null without one.</param>
    public string Yaml(string bare, Uri shop, int port, Uri? model) =>
        $"""
        # What the demo runs with: the shop as any service of yours. Only the verification window is shorter than the default 10m.
        state: '{State}'
        dashboard: {"{"} listen: 127.0.0.1:{port} {"}"}
        {(model is null ? "agent: { kind: built-in }" : $"agent: {{ kind: claude-code, url: '{model}', keyFile: '{KeyFile}' }}   # the url is a scripted model's; without it, and with a real key, the same runs for real")}
        services:
          - name: {Service}
            logs: '{LogFile}'
            repository: '{bare}'
            check: sh check.sh
            health: {shop}health
            verify: {"{"} window: {VerifyWindow.TotalSeconds:0}s {"}"}
        """;
}
