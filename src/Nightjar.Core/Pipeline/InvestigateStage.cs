using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Pipeline;

/// <summary>Phase 1: opens the draft request, gathers the evidence, has the agent find the cause, and writes it down.</summary>
public sealed class InvestigateStage(Catalogue catalogue, RequestDesk desk, EvidenceGatherer gatherer, IAgent agent, HotFixes fixes, AgentSlots slots, TimeProvider clock) : IStage
{
    public string Name => "investigate";

    public IReadOnlyList<IncidentState> States => [IncidentState.Investigating];

    public bool IsAgentWork => true;

    public async Task<StageOutcome> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        if (context.Incident is { Finding: { } known, Answer: { } answer } && await fixes.UnansweredAsync(context.Incident, cancellationToken) is var (key, fix) && key == answer.Key)
        {
            await fixes.AnsweredAsync(context.Incident, catalogue.Get(context.Incident.Service), key, fix, answer, cancellationToken);
            return await OnAsync(context, context.Incident with { Answer = null }, known, cancellationToken);
        }

        using var slot = slots.TryTake();
        if (slot is null)
        {
            return new WaitUntil(context.Incident, context.Now + AgentSlots.Retry, "a free agent slot") { IsForTurn = true };
        }

        var service = catalogue.Get(context.Incident.Service);
        Incident incident;
        try
        {
            incident = await OpenRequestAsync(context, service, cancellationToken);
        }
        catch (RequestWaitsException e)
        {
            return new WaitUntil(e.Incident, e.Refusal.Until, e.Message) { IsForTurn = true };
        }

        if (incident.Request is not null && incident.Request != context.Incident.Request)
        {
            return new Again(incident, $"draft request {incident.Request?.Number} is open");
        }

        if (incident is { Request: not null, Change.FixCommit: not null })
        {
            await desk.EditAsync(incident, service, context.Effects, new RequestEdit("again", "marked the request as worked on again", [], [RequestNames.Active, RequestNames.FixProposed]), cancellationToken);
            return new GoOn(incident, IncidentState.InReview, "its fix is on the request still; close the request to have another one");
        }

        if (agent.CallsModel && await slots.HoursTurnAsync(incident, cancellationToken) is { } turn)
        {
            return new WaitUntil(incident, turn, "its turn: as many investigations as an hour may have were begun") { IsForTurn = true };
        }

        var found = await context.Effects.OnceAsync<TimedFinding>(
            "investigate", $"finding-{incident.Visit}", $"{agent.Name} looked for the cause",
            _ => Task.FromResult<TimedFinding?>(null),
            async ct =>
            {
                var began = clock.GetTimestamp();
                var brief = await gatherer.BriefAsync(incident, service, ct);
                var finding = await agent.InvestigateAsync(brief, ct);
                return new TimedFinding(finding.Masked(), clock.GetElapsedTime(began));
            },
            cancellationToken);

        return await OnAsync(context, incident with { Phases = incident.Phases.Add(new PhaseTime("phase1", found.Took)) }, found.Finding, cancellationToken);
    }

    /// <summary>To the fix; before it a person is asked for each command that the agent wanted to run and may not by itself.</summary>
    private async Task<StageOutcome> OnAsync(StageContext context, Incident incident, Finding finding, CancellationToken cancellationToken)
    {
        if (await fixes.UnansweredAsync(incident, cancellationToken) is var (key, fix))
        {
            return new AskPerson(incident with { Finding = finding }, fixes.Question(fix), IncidentState.Investigating) { Action = key, Until = fixes.AnswerBy };
        }

        finding = await fixes.ToldAsync(incident, finding, cancellationToken);
        incident = incident with { Finding = finding };
        await desk.EditAsync(incident, catalogue.Get(incident.Service), context.Effects, new RequestEdit(
            "investigation", "wrote the investigation into the request",
            [(RequestBody.Investigation, RequestBody.OfFinding(finding))],
            [RequestNames.Active, RequestNames.Investigating]), cancellationToken);
        return new GoOn(incident, IncidentState.Proposing, finding.RootCause);
    }

    /// <summary>A repository that cannot be reached keeps nobody from looking for the cause with what is left; the fix needs it and says so.</summary>
    private async Task<Incident> OpenRequestAsync(StageContext context, Service service, CancellationToken cancellationToken)
    {
        try
        {
            return await desk.OpenAsync(context.Incident, service, context.Effects, cancellationToken);
        }
        catch (RepositoryException e)
        {
            await context.Effects.NoteAsync("request", $"no draft request yet: {e.Message}", cancellationToken);
            return context.Incident;
        }
        catch (RequestWaitsException e) when (e.Refusal.IsBacklog)
        {
            await context.Effects.NoteAsync("request", $"no draft request yet: {e.Message}", cancellationToken);
            return e.Incident;
        }
    }

    /// <summary>While it fails, the request says so by its label.</summary>
    public Task FailedAsync(StageContext context, CancellationToken cancellationToken) =>
        desk.EditAsync(context.Incident, catalogue.Get(context.Incident.Service), context.Effects, new RequestEdit(
            $"failing-{context.Incident.Attempts}", "marked the request as failing", [],
            [RequestNames.Active, RequestNames.InvestigatingFailed]), cancellationToken);

    private sealed record TimedFinding(Finding Finding, TimeSpan Took);
}
