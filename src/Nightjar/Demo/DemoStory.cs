using System.Globalization;
using System.Text.Json.Nodes;
using Nightjar.Cli;
using Nightjar.Core.Incidents;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Demo;

/// <summary>Follows what Nightjar writes down, tells it as it happens, and in a headless demo presses Merge for the person.</summary>
internal sealed class DemoStory(DemoPlan plan, DemoOutput output, TimeProvider clock, SqliteStore store, DaemonClient client, Load load)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>A headless demo that has not ended by then has failed: builds on two cores take seconds, the window 20.</summary>
    private static readonly TimeSpan HeadlessLimit = TimeSpan.FromMinutes(5);

    private long told;
    private bool asked;

    /// <summary>Returns the exit code when the story is over.</summary>
    public async Task<int> FollowAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        using var timer = new PeriodicTimer(BetweenLooks, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await TellNewsAsync(cancellationToken);
            var incident = (await store.Incidents.ListAsync(new IncidentQuery { Limit = 1 }, cancellationToken)).FirstOrDefault();
            var passed = clock.GetElapsedTime(began);
            output.Waiting(Status(incident));
            if (await EndAsync(incident, passed, cancellationToken) is { } code)
            {
                return code;
            }

            if (incident is { State: IncidentState.InReview, Request: { } request } && !asked)
            {
                asked = true;
                await AskAsync(request, cancellationToken);
            }
        }

        return ExitCode.Failed;
    }

    private async Task TellNewsAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in await store.Journal.ReadAsync(null, told, 200, cancellationToken))
        {
            told = entry.Sequence;
            if (entry.Step is JournalStep.Note or JournalStep.Done && entry.Act is not ("announce" or "name-branch"))
            {
                output.Event(entry.Actor, entry.Act == "wait" ? $"waits for {entry.Why}" : entry.Why, new { entry.Act, incident = entry.Incident?.Value, entry.At });
            }
        }
    }

    private async Task AskAsync(Core.Proposal.ReviewRequest request, CancellationToken cancellationToken)
    {
        var link = await client.PostAsync("signin-links", new JsonObject { ["to"] = $"/requests/{request.Number}" }, cancellationToken);
        if (!plan.Headless)
        {
            output.Event("you", $"read the report and the diff, then press Merge: {link["url"]}");
            output.Remark($"          or, in another terminal: ./nightjar pr merge {request.Number}");
            return;
        }

        output.Event("you", $"(stand-in for the person) merging request {request.Number}");
        await client.PostAsync($"requests/{request.Number}/merge", new JsonObject(), cancellationToken);
    }

    private async Task<int?> EndAsync(Incident? incident, TimeSpan passed, CancellationToken cancellationToken)
    {
        switch (incident)
        {
            case null when passed > DemoPlan.WellAfter:
                output.Event("nightjar", "no incident opened: nothing is wrong", new { load.Figures.Requests, load.Figures.Failures });
                return load.Figures.Recent.ErrorRate == 0 ? ExitCode.Ok : ExitCode.Failed;

            case { State: IncidentState.Resolved, LearnedAt: not null }:
                await TellNewsAsync(cancellationToken);
                return Verdict(incident);

            case { State: IncidentState.GaveUp, LearnedAt: not null }:
                await TellNewsAsync(cancellationToken);
                output.Event("demo", $"the incident ended without a fix: {incident.Outcome}");
                return ExitCode.Failed;

            case { State: IncidentState.NeedsHuman } when plan.Headless || plan.Patient == Patient.UnknownCause:
                await TellNewsAsync(cancellationToken);
                return Honest(incident);

            default:
                if (plan.Headless && passed > HeadlessLimit)
                {
                    output.Event("demo", $"gave up after {HeadlessLimit.TotalMinutes:0} minutes; the incident is {incident?.State.ToString() ?? "not open"}");
                    return ExitCode.Failed;
                }

                return null;
        }
    }

    /// <summary>The proof comes from the customers and from the log, not from whoever made the fix.</summary>
    private int Verdict(Incident incident)
    {
        var after = incident.Verification?.After;
        var recent = load.Figures.Recent;
        var zero = after is { Total: > 0, Errors: 0 } && recent is { Requests: > 0, Failures: 0 };
        output.Event("demo", string.Create(
            CultureInfo.InvariantCulture,
            $"resolved: {incident.Verification?.Before?.Rate:P1} of requests failed before, {after?.Rate:P1} of {after?.Total} after the fix; the customers' own count of the last {recent.Span.TotalSeconds:0} s: {recent.Failures} failures of {recent.Requests}"),
            new { before = incident.Verification?.Before?.Rate, after = after?.Rate, customers = recent });
        return zero ? ExitCode.Ok : ExitCode.Failed;
    }

    /// <summary>The end of the unknown cause: no fix, said plainly, with what was ruled out.</summary>
    private int Honest(Incident incident)
    {
        output.Event("nightjar", incident.Question?.Text ?? "needs a person");
        foreach (var ruledOut in incident.Finding?.RuledOut ?? [])
        {
            output.Event("nightjar", $"ruled out: {ruledOut}");
        }

        return plan.Patient == Patient.UnknownCause && incident.Change is { FixCommit: null } ? ExitCode.Ok : ExitCode.Failed;
    }

    private string Status(Incident? incident)
    {
        var recent = load.Figures.Recent;
        var figures = string.Create(CultureInfo.InvariantCulture, $"load: {recent.RequestsPerSecond:0}/s, {recent.ErrorRate:P0} fail, stock {load.Figures.Stock?.ToString(CultureInfo.InvariantCulture) ?? "?"}");
        var state = incident is null ? "no incident yet" : $"{incident.State}{(incident.Waiting is { } waiting ? $", waiting for {waiting}" : "")}";
        return $"  … {figures} | {state}";
    }
}
