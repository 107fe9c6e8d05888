using System.Collections.Frozen;
using Nightjar.Core.Incidents;

namespace Nightjar.Core.Pipeline;

/// <summary>The way of an incident, in order, on one screen.</summary>
public sealed class StageList
{
    private readonly FrozenDictionary<IncidentState, IStage> byState;

    public StageList(TriageStage triage, HealStage heal, InvestigateStage investigate, ProposeStage propose, ReviewStage review, VerifyStage verify, LearnStage learn)
        : this([triage, heal, investigate, propose, review, verify, learn])
    {
    }

    public StageList(IReadOnlyList<IStage> inOrder)
    {
        InOrder = inOrder;
        byState = inOrder.SelectMany(stage => stage.States.Select(state => (state, stage))).ToFrozenDictionary(p => p.state, p => p.stage);
    }

    public IReadOnlyList<IStage> InOrder { get; }

    /// <summary>Null for states in which nothing is done. What is healed beside a state comes before it, unless a person is asked about it.</summary>
    public IStage? For(Incident incident) => byState.GetValueOrDefault(IsHealedBeside(incident) ? IncidentState.Healing : incident.State);

    internal static bool IsHealedBeside(Incident incident) => incident is { Heal: { Beside: not null, IsOver: false }, Question: null or { Action: null } } && incident.State.IsOpen();
}
