using System.Collections.Immutable;

namespace Nightjar.Demo;

/// <summary>The shop, built from one commit and ready to start.</summary>
/// <param name="Assembly">The program: <c>dotnet</c> runs it.</param>
internal sealed record PatientBuild(string Commit, string Assembly, TimeSpan Took);

/// <summary>Builds a commit of the shop the way a deploy pipeline would: from the shared repository, in a folder of its own.</summary>
internal sealed class PatientBuilder(TimeProvider clock)
{
    private const string Project = "src/Shop/Shop.csproj";

    /// <summary>Ours builds in 5 s on two cores; a cold disk on a busy machine may take ten times that.</summary>
    private static readonly TimeSpan LongestBuild = TimeSpan.FromMinutes(3);

    /// <summary>The <c>dotnet</c> that runs us, so that the shop needs nothing that Nightjar did not find.</summary>
    public static string Dotnet { get; } =
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
        : Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath ?? "dotnet"
        : "dotnet";

    /// <param name="revision">A commit or a branch of <paramref name="bare"/>.</param>
    /// <param name="folder">Must not exist; holds the source and what was built from it.</param>
    /// <exception cref="PatientException">No such commit, or it does not build; the message ends with what the compiler said.</exception>
    public async Task<PatientBuild> BuildAsync(string bare, string revision, string folder, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var target = Path.GetFullPath(folder);
        var parent = Path.GetDirectoryName(target) ?? target;
        Directory.CreateDirectory(parent);
        await GitAsync(parent, ["clone", "--quiet", "--shared", "--no-checkout", "--template=", Path.GetFullPath(bare), target], cancellationToken);
        var commit = await CommitAsync(target, revision, cancellationToken);
        await GitAsync(target, ["checkout", "--quiet", "--detach", commit], cancellationToken);
        await (new PatientCommand(Dotnet, target, Arguments(commit)) { Variables = Quiet(target), Timeout = LongestBuild })
            .RunAsync(clock, cancellationToken);
        var assembly = Path.Combine(target, "src", "Shop", "bin", "Debug", "net10.0", "Shop.dll");
        return new PatientBuild(commit, assembly, clock.GetElapsedTime(started));
    }

    private async Task<string> CommitAsync(string clone, string revision, CancellationToken cancellationToken)
    {
        var found = await GitAsync(clone, ["rev-parse", "--verify", "--end-of-options", $"{revision}^{{commit}}"], cancellationToken);
        return found.Trim();
    }

    private static ImmutableArray<string> Arguments(string commit) =>
    [
        "build", Project, "--configuration", "Debug", "--disable-build-servers", "--verbosity", "quiet", "-m:1",
        "-p:UseSharedCompilation=false", $"-p:SourceRevisionId={commit}",
    ];

    /// <summary>Keeps the SDK from greeting, calling home, and writing outside the folder; no build node stays behind.</summary>
    private static ImmutableDictionary<string, string> Quiet(string folder) => new Dictionary<string, string>
    {
        ["DOTNET_CLI_HOME"] = Path.Combine(folder, ".dotnet"),
        ["NUGET_PACKAGES"] = Path.Combine(folder, ".dotnet", "packages"),
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
        ["DOTNET_ADD_GLOBAL_TOOLS_TO_PATH"] = "false",
        ["MSBUILDDISABLENODEREUSE"] = "1",
    }.ToImmutableDictionary();

    private Task<string> GitAsync(string folder, ImmutableArray<string> arguments, CancellationToken cancellationToken) =>
        PatientGit.In(folder, arguments).RunAsync(clock, cancellationToken);
}
