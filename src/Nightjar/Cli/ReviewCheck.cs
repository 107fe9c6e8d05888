using Nightjar.Configuration;
using Nightjar.Connectors.GitHub;

namespace Nightjar.Cli;

/// <summary>Whether GitHub itself keeps our token from the base branches. Nightjar never merges; this asks who would stop it.</summary>
internal static class ReviewCheck
{
    /// <summary>For <c>nightjar check</c>: a line for each thing that was found out.</summary>
    public static async Task<List<CheckLine>> RunAsync(NightjarOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var room = new GitHubRoom(options.GitHub, clock);
        var lines = new List<CheckLine>();
        lines.AddRange(options.Services.Where(s => room.IsOn(s) && !room.Hosts(s)).Select(s => CheckLine.Warn($"{s.Name}: GitHub", "there is no token, so no draft request is opened and reports stay on the incident", "set github.token or github.tokenFile")));
        foreach (var service in options.Services.Where(room.Hosts))
        {
            var standing = await room.CheckAsync(service, cancellationToken);
            lines.AddRange(standing.Notes.Select(n => new CheckLine(Outcome(n.Level), $"{service.Name}: GitHub", n.Says, n.WhatToDo)));
            if (options.GitHub.Strict && !standing.IsReviewProven)
            {
                lines.Add(CheckLine.Fail($"{service.Name}: GitHub", "github.strict is on, and a required review is not proven: nightjar run refuses to start", "mend the above, or take strict out"));
            }
        }

        return lines;
    }

    /// <summary>For <c>nightjar run</c> with <c>strict: on</c>: why it must not start; null when it may.</summary>
    public static async Task<string?> RefusalAsync(NightjarOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!options.GitHub.Strict)
        {
            return null;
        }

        var bad = (await RunAsync(options, clock, cancellationToken)).Where(l => l.Outcome != CheckOutcome.Ok).ToList();
        return bad.Any(l => l.Outcome == CheckOutcome.Fail) ? $"nightjar: github.strict is on, so nothing was started:\n{string.Join('\n', bad.Select(l => $"{l.What}: {l.Says}\n  -> {l.WhatToDo}"))}" : null;
    }

    private static CheckOutcome Outcome(GitHubLevel level) => level switch
    {
        GitHubLevel.Ok => CheckOutcome.Ok,
        GitHubLevel.Warn => CheckOutcome.Warn,
        GitHubLevel.Fail => CheckOutcome.Fail,
    };
}
