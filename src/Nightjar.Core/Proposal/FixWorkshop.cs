using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Core.Proposal;

/// <summary>What came of phase 2, before anything is published.</summary>
/// <param name="Change">Null when the agent had none, or gate or check refused it; <paramref name="Why"/> says which.</param>
public sealed record FixResult(DraftChange? Change, string Diff, CheckResult? Check, string Why, IReadOnlyList<string> Tried, TimeSpan Took)
{
    /// <summary>True when the change may be proposed.</summary>
    public bool Passed => Change is not null && Check is null or { Passed: true };
}

/// <summary>
/// Makes a fix in a private clone and publishes it. The agent's change is kept as a diff, so that a step that is run again
/// neither asks the agent twice nor commits what a check left behind.
/// </summary>
public sealed class FixWorkshop(ICodeRepositories repositories, EvidenceGatherer gatherer, IAgent agent, IServiceCheck checks, Gate gate, TimeProvider clock)
{
    private const int LongestSubject = 100;

    /// <summary>One paragraph: a second one could pass for a trailer.</summary>
    private const int LongestSummary = 2_000;

    /// <summary>Commits of others that may lie on top of ours when we look for them.</summary>
    private const int LookBack = 20;

    /// <summary>Of what a linter printed, where it is said that it refused.</summary>
    private const int LongestRemark = 500;

    /// <summary>Has the agent change the clone, then lets gate and check judge.</summary>
    /// <param name="request">Reads the body of the draft request; called when the agent is asked.</param>
    public async Task<FixResult> TryAsync(Incident incident, Service service, Func<CancellationToken, Task<string?>> request, Effects effects, CancellationToken cancellationToken)
    {
        if (service.Repository is null || incident.Finding is not { } finding)
        {
            return new FixResult(null, "", null, "the service has no repository.", [], TimeSpan.Zero);
        }

        var draft = await effects.OnceAsync<Draft>(
            "propose", $"change-{incident.Visit}", $"{agent.Name} looked for a fix", _ => Task.FromResult<Draft?>(null),
            async ct => await DraftAsync(incident, service, finding, await request(ct), ct), cancellationToken);
        if (draft.Change is null)
        {
            return new FixResult(null, "", null, draft.Why, draft.Tried, draft.Took);
        }

        if (await LintAsync(incident, service, draft, effects, cancellationToken) is { Passed: false } lint)
        {
            var refusal = $"gate rule linter: the service's own linter {lint.Says}";
            return new FixResult(null, "", null, $"the change was refused by {refusal}.", [.. draft.Tried, $"{draft.Change.Subject}: refused by {refusal}: {Quoting.Plain(lint.Output, LongestRemark)}"], draft.Took + lint.Took);
        }

        if (service.Check is null)
        {
            return new FixResult(draft.Change, draft.Diff, null, "proposed without a check: none is configured.", draft.Tried, draft.Took);
        }

        var check = await effects.OnceAsync<CheckResult>(
            "check", $"check-{incident.Visit}", "ran the service's own check on the change", _ => Task.FromResult<CheckResult?>(null),
            ct => RunAsync(incident, service, draft, ct), cancellationToken);
        return new FixResult(draft.Change, draft.Diff, check, check.Passed ? "the check passes." : $"the change was made, but the service's own check {check.Says}.", draft.Tried, draft.Took + check.Took);
    }

    /// <summary>Commits the fix (when there is one) and the report on top of the request's branch, and pushes both.</summary>
    /// <exception cref="BranchMovedException">Somebody else pushed to the branch.</exception>
    public async Task<ProposedChange> PublishAsync(Incident incident, Service service, FixResult? fix, ProposedChange change, Effects effects, CancellationToken cancellationToken)
    {
        var request = incident.Request ?? throw new InvalidOperationException("There is no request to publish to");
        await using var clone = await repositories.CloneAsync(service, request.Branch, cancellationToken);
        var at = incident.StateSince;
        var head = await clone.HeadAsync(cancellationToken);
        var published = await effects.OnceAsync<PublishedCommits>("push", $"push-{incident.Visit}", $"pushed to {request.Branch}", ct => OursAsync(clone, incident, request.Head, fix is not null, ct), async ct =>
        {
            if (head != request.Head)
            {
                throw new BranchMovedException(request.Branch, head);
            }

            var fixCommit = fix is null ? null : await CommitFixAsync(clone, incident, fix, at, ct);
            var path = RequestNames.ReportPath(incident);
            await clone.WriteAsync(path, change.Report, ct);
            var reportCommit = await clone.CommitAsync(ReportMessage(incident), at, allowEmpty: false, ct);
            await clone.PushAsync(head, ct);
            return new PublishedCommits(fixCommit, reportCommit);
        }, cancellationToken);
        return change with { FixCommit = published.Fix, ReportCommit = published.Report, ReportPath = RequestNames.ReportPath(incident) };
    }

    private async Task<Draft> DraftAsync(Incident incident, Service service, Finding finding, string? request, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var branch = incident.Request?.Branch ?? RequestNames.Branch(incident);
        await using var clone = await repositories.CloneAsync(service, branch, cancellationToken);
        var brief = await gatherer.BriefAgainAsync(incident, service, cancellationToken);
        var attempt = await agent.ProposeAsync(brief with { Request = request }, finding, clone, cancellationToken);
        if (attempt.Change is not { } change)
        {
            return new Draft(null, "", attempt.Why, attempt.Tried, clock.GetElapsedTime(began));
        }

        var diff = await clone.DiffAsync(cancellationToken);
        var refusal = gate.Refusal(diff, await clone.ChangedFilesAsync(cancellationToken), change.Origin);
        return refusal is null
            ? new Draft(change, diff, attempt.Why, attempt.Tried, clock.GetElapsedTime(began))
            : new Draft(null, "", $"the change was refused by {refusal}.", [.. attempt.Tried, $"{change.Subject}: refused by {refusal}"], clock.GetElapsedTime(began));
    }

    /// <summary>The service's formatter or linter, on a clone of its own: what it changes is thrown away. Null when none is configured.</summary>
    private async Task<CheckResult?> LintAsync(Incident incident, Service service, Draft draft, Effects effects, CancellationToken cancellationToken) => service.Lint is null ? null : await effects.OnceAsync<CheckResult>(
        "lint", $"lint-{incident.Visit}", "ran the service's own linter on the change", _ => Task.FromResult<CheckResult?>(null),
        ct => RunAsync(incident, service with { Check = service.Lint }, draft, ct), cancellationToken);

    private async Task<CheckResult> RunAsync(Incident incident, Service service, Draft draft, CancellationToken cancellationToken)
    {
        await using var clone = await repositories.CloneAsync(service, incident.Request?.Branch ?? RequestNames.Branch(incident), cancellationToken);
        await clone.ApplyAsync(draft.Diff, cancellationToken);
        var origin = draft.Change?.Origin ?? CodeOrigin.WrittenByModel;
        var result = await checks.RunAsync(service, clone.Path, origin, cancellationToken);
        return result with { Output = Secrets.Mask(result.Output) };
    }

    private static async Task<string> CommitFixAsync(IPrivateClone clone, Incident incident, FixResult fix, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await clone.ApplyAsync(fix.Diff, cancellationToken);
        var (subject, summary) = (Quoting.Plain(fix.Change?.Subject ?? "", LongestSubject), Quoting.Plain(fix.Change?.Summary ?? "", LongestSummary));
        var cause = incident.Finding is { } finding ? $"\n\n{Quoting.Plain(finding.RootCause, LongestSummary)}" : "";
        return await clone.CommitAsync($"{subject}\n\n{summary}{cause}\n\n{Trailer(incident)}\n", at, allowEmpty: false, cancellationToken);
    }

    /// <summary>After a kill: the commits that this very push brought, right on top of where we left the branch before it.</summary>
    private static async Task<PublishedCommits?> OursAsync(IPrivateClone clone, Incident incident, string? before, bool hasFix, CancellationToken cancellationToken)
    {
        var log = await clone.LogAsync(LookBack, cancellationToken);
        var (at, ours) = (log.ToList().FindIndex(c => c.Sha == before), hasFix ? 2 : 1);
        return at >= ours && log[at - ours].Subject == FirstLine(ReportMessage(incident))
            ? new PublishedCommits(hasFix ? log[at - 1].Sha : null, log[at - ours].Sha)
            : null;
    }

    private static string ReportMessage(Incident incident) => $"docs(incidents): add the report of incident {incident.Id}, {incident.Fingerprint.Hash}-{incident.Occurrence}\n\n{Trailer(incident)}\n";

    private static string Trailer(Incident incident) => $"Nightjar-Incident: {incident.Id}";

    private static string FirstLine(string message) => message[..message.IndexOf('\n', StringComparison.Ordinal)];

    private sealed record Draft(DraftChange? Change, string Diff, string Why, IReadOnlyList<string> Tried, TimeSpan Took);

    private sealed record PublishedCommits(string? Fix, string Report);
}
