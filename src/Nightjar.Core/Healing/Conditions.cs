using System.Collections.Immutable;

namespace Nightjar.Core.Healing;

/// <summary>The conditions that watchers raise, and what signals without one are called by playbooks.</summary>
public static class Conditions
{
    public const string ProbeFailing = "probe-failing";
    public const string ErrorRate = "error-rate";
    public const string WorkloadFailing = "workload-failing";

    public static readonly ImmutableArray<string> All =
    [
        ProbeFailing, ErrorRate, WorkloadFailing, "container-exited", "container-unhealthy", "container-missing", "crash-loop", "oom-killed", "memory-high", "cpu-high", "disk-low",
        "certificate-expiring", "stale-data", "slow-responses", "source-failing", "rate-limited", "database-connections", "data-corruption", "unknown-error", "docker-unreachable",
        "image-pull", "container-config", "container-start", "not-ready", "evicted", "stuck-creating", "stuck-terminating", "unschedulable",
        "rollout-stuck", "replica-failure", "quota-refused", "job-failed", "node-not-ready", "node-pressure", "claim-lost", "claim-unbound",
    ];
}
