using System.Collections.Immutable;
using System.Globalization;

namespace Nightjar.Demo;

/// <summary>The shop's repository as the demo made it: a working folder, and the bare repository that everybody shares.</summary>
/// <param name="Commits">Oldest first.</param>
internal sealed record PatientRepository(string WorkingFolder, string Bare, ImmutableArray<PatientCommit> Commits)
{
    public PatientCommit Head => Commits[^1];
}

internal sealed record PatientCommit(string Sha, string Author, DateTimeOffset At, string Subject);

/// <summary>
/// Lays the shop's history, kept as overlays in <c>samples/shop/history</c>, into a fresh git repository whose dates are
/// relative to now. With the clock stopped, two runs make the same commits.
/// </summary>
internal sealed class PatientHistory(TimeProvider clock)
{
    public const string Branch = "main";

    /// <summary>Builds <c>shop</c> and <c>shop.git</c> in <paramref name="folder"/>, which must hold neither.</summary>
    /// <param name="nightjarHome">The root of Nightjar's own source, where <c>samples/shop</c> is.</param>
    /// <exception cref="PatientException">The sample is missing or wrong, a folder is taken, or git failed.</exception>
    public async Task<PatientRepository> BuildAsync(
        string nightjarHome, string folder, Patient patient, CancellationToken cancellationToken)
    {
        var overlays = PatientOverlay.ReadAll(Path.Combine(nightjarHome, "samples", "shop"), patient);
        var (working, bare) = (Fresh(folder, "shop"), Fresh(folder, "shop.git"));
        await GitAsync(folder, ["init", "--quiet", "--bare", "--template=", "-b", Branch, bare], cancellationToken);
        await GitAsync(folder, ["init", "--quiet", "--template=", "-b", Branch, working], cancellationToken);
        var now = clock.GetUtcNow();
        foreach (var overlay in overlays)
        {
            await CommitAsync(working, overlay, now - overlay.Age, cancellationToken);
        }

        await GitAsync(working, ["remote", "add", "origin", bare], cancellationToken);
        await GitAsync(working, ["push", "--quiet", "--set-upstream", "origin", Branch], cancellationToken);
        var shas = await GitAsync(working, ["rev-list", "--reverse", "HEAD"], cancellationToken);
        var commits = shas.Split('\n', StringSplitOptions.RemoveEmptyEntries).Zip(overlays, (sha, overlay) =>
            new PatientCommit(sha, overlay.AuthorName, WholeSeconds(now - overlay.Age), overlay.Subject));
        return new PatientRepository(working, bare, [.. commits]);
    }

    private async Task CommitAsync(string working, PatientOverlay overlay, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (!overlay.Deleted.IsEmpty)
        {
            await GitAsync(working, ["rm", "--quiet", "--", .. overlay.Deleted], cancellationToken);
        }

        overlay.CopyTo(working);
        await GitAsync(working, ["add", "--all"], cancellationToken);
        var date = string.Create(CultureInfo.InvariantCulture, $"@{at.ToUnixTimeSeconds()} +0000");
        await (PatientGit.In(working, ["commit", "--quiet", "--allow-empty", "-m", overlay.Message]) with
        {
            Variables = PatientGit.Variables.SetItems(overlay.Identity(date)),
        }).RunAsync(clock, cancellationToken);
    }

    private Task<string> GitAsync(string folder, ImmutableArray<string> arguments, CancellationToken cancellationToken) =>
        PatientGit.In(folder, arguments).RunAsync(clock, cancellationToken);

    private static DateTimeOffset WholeSeconds(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    private static string Fresh(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(Path.GetFullPath(folder), name);
        return Path.Exists(path) ? throw new PatientException($"{path} is there already; the demo wants a folder of its own") : path;
    }
}
