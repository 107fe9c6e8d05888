using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>What stands between Nightjar and the repository of one service; each sentence says what to do. Changes nothing there.</summary>
internal static class GitCheck
{
    /// <summary>The branch that the push is rehearsed with; it is never made.</summary>
    private const string Rehearsal = "nightjar/check";

    public static async Task<ImmutableArray<string>> RunAsync(Func<CancellationToken, Task<(Mirror Mirror, string Base)>> open, CancellationToken cancellationToken)
    {
        try
        {
            var (mirror, @base) = await open(cancellationToken);
            await mirror.FetchAsync(cancellationToken);
            var head = await mirror.BaseAsync(@base, cancellationToken);
            return await PushProblemAsync(mirror, head, cancellationToken) is { } problem ? [problem] : [];
        }
        catch (RepositoryException e)
        {
            return [e.Message];
        }
    }

    private static async Task<string?> PushProblemAsync(Mirror mirror, string head, CancellationToken cancellationToken)
    {
        try
        {
            var push = mirror.Reaching(mirror.Call("push", "--dry-run", "--quiet", "--no-verify", "real", $"{head}:{Names.Ref(Rehearsal)}")) with { Timeout = TimeSpan.FromMinutes(1) };
            await mirror.Git.RunAsync(push, cancellationToken);
        }
        catch (GitException e)
        {
            return e.Explain(mirror.Origin, "push to").Message;
        }

        return mirror.Origin.IsLocal && !await MayWriteAsync(mirror, cancellationToken)
            ? $"Could not push to {mirror.Origin.Shown}: let the user that runs Nightjar write to the repository."
            : null;
    }

    /// <summary>On a local path the rehearsal ends before anything is written, so the right to write is asked for by itself.</summary>
    private static async Task<bool> MayWriteAsync(Mirror mirror, CancellationToken cancellationToken)
    {
        var common = await mirror.Git.RunAsync(new GitCall("rev-parse", "--git-common-dir") { Folder = mirror.Origin.Address }, cancellationToken);
        var folder = Path.GetFullPath(common.Line, mirror.Origin.Address);
        try
        {
            foreach (var part in (string[])["objects", "refs/heads"])
            {
                var test = new ProcessStartInfo("test") { ArgumentList = { "-w", Path.Combine(folder, part) } };
                if ((await ChildProcess.RunAsync(test, null, 1_000, TimeSpan.FromSeconds(10), cancellationToken)).ExitCode != 0)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Win32Exception)
        {
            return true;
        }
    }
}
