namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>Nothing runs because nothing shall run: scaled to zero, paused, suspended.</summary>
internal sealed class ReplicaRule : CauseRule
{
    public override string Family => "run";

    public override IEnumerable<Candidate> Look(Facts facts)
    {
        foreach (var workload in facts.Cluster.Workloads.Where(w => w.Meta.Ref.Kind is "Deployment" or "StatefulSet" && w.Meta.Owner is null))
        {
            var top = workload.Meta.Ref;
            if (workload.Wanted == 0)
            {
                var isMissed = top == facts.Subject || facts.Cluster.Pods.Any(p => facts.DependsOn(facts.Top(p.Meta.Ref), top)) || facts.HasNoSubject;
                yield return new Candidate
                {
                    Cause = "scaled-to-zero", About = top, Directness = isMissed ? Directness.Shows : Directness.Hints, Condition = "no-replicas",
                    Quotes = [new Said(SaidBy.Field, $"{top}", top, "spec.replicas", "spec.replicas: 0", null), .. facts.About(top).Where(s => s.Key == "ScalingReplicaSet").TakeLast(1)],
                    Since = facts.About(top).LastOrDefault(s => s.Key == "ScalingReplicaSet")?.At,
                    Says = $"{Name(top)} has no pods because it shall have none", Change = "scale it up again, unless it is off on purpose",
                    Confirm = "kubectl scale brings pods that do well", Refute = "it is off on purpose, and nothing calls it",
                };
            }
            else if (workload.IsPaused && workload.Updated < workload.Wanted)
            {
                yield return new Candidate
                {
                    Cause = "rollout-paused", About = top, Directness = Directness.Fits, Condition = "rollout-stuck",
                    Quotes = [new Said(SaidBy.Field, $"{top}", top, "spec.paused", "spec.paused: true", null)],
                    Says = $"the rollout of {Name(top)} is paused: what was changed does not run", Change = "kubectl rollout resume", Confirm = "the new template's pods come when it is resumed", Refute = "it was paused on purpose",
                };
            }
        }
    }
}
