using System.Diagnostics;
using System.Text.Json;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.Kubectl;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Benchmarks;

/// <summary>One frozen fault of the archive: outputs of kubectl and logs, and the true object and cause in the archive's names.</summary>
internal sealed record FaultCase(string Name, string System, string Taxonomy, string Object, string Cause, string Space, Dictionary<string, string> Outputs)
{
    /// <summary>Our causes in the archive's names.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["quota-cpu"] = "namespace_cpu_quota_exceeded", ["quota-memory"] = "namespace_memory_quota_exceeded", ["quota-pods"] = "namespace_pod_quota_exceeded", ["quota-services"] = "namespace_service_quota_exceeded", ["quota-storage"] = "namespace_storage_quota_exceeded",
        ["service-account-missing"] = "missing_service_account", ["nodes-cordoned"] = "node_cordon_mismatch", ["node-affinity-unmatched"] = "node_affinity_mismatch", ["node-selector-unmatched"] = "node_selector_mismatch",
        ["pod-anti-affinity-conflict"] = "pod_anti_affinity_conflict", ["taint-not-tolerated"] = "taint_toleration_mismatch", ["cpu-insufficient"] = "cpu_capacity_mismatch", ["memory-insufficient"] = "memory_capacity_mismatch",
        ["volume-taken"] = "pv_binding_occupied", ["claim-selector-unmatched"] = "pvc_selector_mismatch", ["claim-size-unmet"] = "pvc_capacity_mismatch", ["claim-class-missing"] = "pvc_storage_class_mismatch", ["claim-class-mismatch"] = "pvc_storage_class_mismatch", ["claim-modes-unmet"] = "pvc_access_mode_mismatch",
        ["image-not-found"] = "incorrect_image_reference", ["image-name-invalid"] = "incorrect_image_reference", ["registry-unresolvable"] = "image_registry_dns_failure", ["image-pull-secret-missing"] = "missing_image_pull_secret", ["image-pull-denied"] = "missing_image_pull_secret",
        ["secret-missing"] = "missing_secret_binding", ["secret-key-missing"] = "missing_secret_binding", ["volume-permission-denied"] = "volume_mount_permission_denied", ["memory-limit-exceeded"] = "oom_killed",
        ["liveness-probe-wrong-port"] = "liveness_probe_incorrect_port", ["liveness-probe-wrong-protocol"] = "liveness_probe_incorrect_protocol", ["liveness-probe-too-early"] = "liveness_probe_incorrect_timing",
        ["readiness-probe-wrong-port"] = "readiness_probe_incorrect_port", ["readiness-probe-wrong-protocol"] = "readiness_probe_incorrect_protocol", ["port-conflict-in-pod"] = "service_sidecar_port_conflict",
        ["database-credentials-refused"] = "mysql_invalid_credentials", ["database-port-wrong"] = "mysql_invalid_port", ["database-read-only"] = "db_read_only", ["database-connections-exhausted"] = "db_connection_exhaustion", ["scaled-to-zero"] = "deployment_zero_replicas",
        ["service-selector-unmatched"] = "service_selector_mismatch", ["service-port-mismatch"] = "service_port_mapping_mismatch", ["service-protocol-mismatch"] = "service_protocol_mismatch", ["service-address-wrong"] = "service_env_var_address_mismatch",
        ["name-resolution-failing"] = "service_dns_resolution_failure", ["name-unresolved"] = "service_dns_resolution_failure", ["container-runtime-down"] = "containerd_unavailable", ["kubelet-silent"] = "kubelet_unavailable", ["scheduler-silent"] = "kube_scheduler_unavailable",
    };

    public static FaultCase Read(string folder)
    {
        using var metadata = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "metadata.json")));
        var truth = metadata.RootElement.GetProperty("result");
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(Path.Combine(folder, "raw_data", "k8s_states.json"), "");
        Add(Path.Combine(folder, "raw_data", "logs.json"), "kubectl logs ");
        var parts = folder.Split(Path.DirectorySeparatorChar)[^3..];
        return new FaultCase(string.Join('/', parts), parts[0], $"{truth.GetProperty("fault_taxonomy")}", $"{truth.GetProperty("fault_object")}", $"{truth.GetProperty("root_cause")}", $"{metadata.RootElement.GetProperty("namespace")}", outputs);

        void Add(string file, string before)
        {
            // Some cases have no logs, and some an empty file.
            if (new FileInfo(file) is not { Exists: true, Length: > 0 })
            {
                return;
            }

            using var map = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var entry in map.RootElement.EnumerateObject())
            {
                outputs[before + entry.Name] = entry.Value.ValueKind == JsonValueKind.Array ? string.Join('\n', entry.Value.EnumerateArray().Select(l => l.ToString())) : entry.Value.ToString();
            }
        }
    }

    public Judged Judge()
    {
        var began = Stopwatch.GetTimestamp();
        var snapshot = KubectlOutput.Read(Outputs, Space, DateTimeOffset.UnixEpoch.AddYears(56));
        var ranking = DiagnosisEngine.Rank(new EvidenceBundle
        {
            Service = new ServiceName(Space), TakenAt = snapshot.TakenAt, Onset = snapshot.TakenAt, Cluster = snapshot,
            Trigger = new Signal { Kind = SignalKind.Finding, Service = new ServiceName(Space), At = snapshot.TakenAt },
        });
        var took = Stopwatch.GetElapsedTime(began);
        var answers = ranking.Causes.Select(c => $"{Names.GetValueOrDefault(c.Cause, c.Cause)} of {Named(c)}").Distinct().ToList();
        return new Judged(this, answers, 1 + answers.IndexOf($"{Cause} of {Object}"), ranking.Causes.IsEmpty ? 0 : ranking.Causes[0].Confidence, ranking.Unresolved is not null, took);
    }

    private string Named(RankedCause cause) => cause.About.Kind switch
    {
        "ResourceQuota" => $"namespace/{cause.About.Namespace}",
        "Node" => $"node/{cause.About.Name}",
        "Component" => "node/master",
        "PersistentVolumeClaim" when cause.Affects.Length > 0 => $"app/{cause.Affects[0].Name}",
        _ => $"app/{cause.About.Name}",
    };
}

/// <param name="Answers">In the archive's names, the first first.</param>
/// <param name="Rank">Of the true one; 0 when it is not among them.</param>
internal sealed record Judged(FaultCase Case, List<string> Answers, int Rank, double Confidence, bool IsUnresolved, TimeSpan Took);
