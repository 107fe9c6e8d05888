using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Pipeline;

/// <summary>Phase 2: has the agent write a fix, lets gate and check judge it, and puts fix and report on the request's branch.</summary>
public sealed class ProposeStage(Catalogue catalogue, RequestDesk desk, FixWorkshop workshop, IncidentStores stores, IEvidenceStore evidence, AgentSlots slots) : IStage
{
    public string Name => "propose";

    public IReadOnlyList<IncidentState> States => [IncidentState.Proposing];

    public bool IsAgentWork => true;

    public async Task<StageOutcome> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        using var slot = slots.TryTake();
        if (slot is null)
        {
            return new WaitUntil(context.Incident, context.Now + AgentSlots.Retry, "a free agent slot") { IsForTurn = true };
        }

        var (incident, effects) = (context.Incident, context.Effects);
        var service = catalogue.Get(incident.Service);
        if (incident.Finding is null)
        {
            return new AskPerson(incident, "There is no finding to propose a fix from. Shall it be investigated again?", IncidentState.Investigating);
        }

        if (incident.Request is null && desk.HostFor(service) is not null)
        {
            return await OpenLateAsync(incident, incident.Finding, service, effects, cancellationToken);
        }

        var fix = await workshop.TryAsync(incident, service, ct => desk.BodyAsync(incident, service, ct), effects, cancellationToken);
        var change = new ProposedChange(fix.Change?.Subject ?? "no fix", fix.Change?.Summary ?? "", null, null, null, fix.Check, fix.Why) { Tried = [.. fix.Tried], Risk = fix.Change?.Risk ?? "", Tests = fix.Change?.Tests ?? "" };
        var mayPublish = incident.Request is not null && desk.HostFor(service) is not null;
        change = await ReportAsync(incident, service, mayPublish ? change : Unpublished(change, fix), fix.Passed && mayPublish, effects, cancellationToken);
        try
        {
            change = mayPublish ? await workshop.PublishAsync(incident, service, fix.Passed ? fix : null, change, effects, cancellationToken) : change;
        }
        catch (BranchMovedException e)
        {
            var onTop = incident.Request is null ? null : incident.Request with { Head = e.Found };
            return new AskPerson(incident with { Change = change, Request = onTop }, $"{e.Message}. Shall the fix be proposed again, on top of what is there?", IncidentState.Proposing);
        }

        incident = incident with { Change = change, Phases = incident.Phases.Add(new PhaseTime("phase2", fix.Took)), Request = incident.Request is { } request && change.ReportCommit is { } head ? request with { Head = head } : incident.Request };
        await EditAsync(incident, service, change, effects, cancellationToken);
        return change.FixCommit is not null
            ? new GoOn(incident, IncidentState.InReview, $"{change.Subject}; {change.Check?.Says ?? "no check is configured"}")
            : new AskPerson(incident, $"No fix could be proposed: {change.Why.TrimEnd('.')}. Mend it by hand and approve to have it verified, or reject to give up.", IncidentState.Verifying);
    }

    /// <summary>Phase 1 went without a request: people had enough of them (then its finding is written into this one now), or it could not see the code.</summary>
    private async Task<StageOutcome> OpenLateAsync(Incident incident, Finding finding, Service service, Effects effects, CancellationToken cancellationToken)
    {
        try
        {
            var opened = await desk.OpenAsync(incident, service, effects, cancellationToken);
            if (incident.RequestWaits is null)
            {
                return new GoOn(opened, IncidentState.Investigating, "the repository can be reached now");
            }

            await desk.EditAsync(opened, service, effects, new RequestEdit("investigation", "wrote the investigation into the request", [(RequestBody.Investigation, RequestBody.OfFinding(finding))], [RequestNames.Active, RequestNames.Investigating]), cancellationToken);
            return new Again(opened, $"draft request {opened.Request?.Number} is open");
        }
        catch (RequestWaitsException e)
        {
            return new WaitUntil(e.Incident, e.Refusal.Until, e.Message) { IsForTurn = true };
        }
    }

    /// <summary>What cannot be shown on a request is said on the incident.</summary>
    private static ProposedChange Unpublished(ProposedChange change, FixResult fix) =>
        fix.Passed ? change with { Why = $"a fix was made and {fix.Why} It was not published, because no request may be written to: {fix.Change?.Subject}." } : change;

    private async Task<ProposedChange> ReportAsync(Incident incident, Service service, ProposedChange change, bool proposes, Effects effects, CancellationToken cancellationToken)
    {
        var report = await effects.OnceAsync<Written>("report", $"report-{incident.Visit}", "wrote the incident report", _ => Task.FromResult<Written?>(null), async ct =>
        {
            var bundle = (await evidence.ReadAsync(incident.Id, ct)).LastOrDefault().Bundle;
            var journal = await stores.Journal.ReadAsync(incident.Id, 0, 500, ct);
            return new Written(IncidentReport.Write(incident, service, bundle, journal, change with { FixCommit = proposes ? "pending" : null }));
        }, cancellationToken);
        return change with { Report = report.Markdown };
    }

    private Task EditAsync(Incident incident, Service service, ProposedChange change, Effects effects, CancellationToken cancellationToken)
    {
        var report = change.ReportPath is { } path
            ? $"On this branch, to be kept with the code: {Quoting.Inline(path)}. It has the timeline, how it was detected, action items and open questions."
            : "On the incident's page.";
        return desk.EditAsync(incident, service, effects, new RequestEdit(
            "fix", change.FixCommit is null ? "wrote into the request that no fix is proposed" : "wrote the proposed fix into the request",
            [(RequestBody.Fix, RequestBody.OfChange(change, service)), (RequestBody.Report, $"## Incident report\n\n{report}")],
            change.FixCommit is null ? [RequestNames.Active] : [RequestNames.Active, RequestNames.FixProposed],
            RequestNames.Title(incident, investigating: false)), cancellationToken);
    }

    private sealed record Written(string Markdown);
}
