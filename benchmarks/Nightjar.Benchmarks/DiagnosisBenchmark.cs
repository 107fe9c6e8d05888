using System.Diagnostics;
using System.Globalization;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using ContainerStanding = Nightjar.Core.Evidence.Cluster.ContainerStanding;

namespace Nightjar.Benchmarks;

/// <summary>
/// How often the first cause is the right one, on frozen fault cases whose causes are known (Cloud-OpsBench, arXiv 2603.00468): object and cause must
/// both be right. And how long the rules take on a namespace of 500 pods.
/// </summary>
internal sealed class DiagnosisBenchmark : IBenchmark
{
    private const int Pods = 500;

    private const int Rounds = 20;

    public string Name => "diagnosis";

    public string Says => "A@1 and A@3 of the rules on the cases in --data DIR (laid out like the unpacked archive; --cases: a line each), and their time on 500 pods";

    public Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Row>>([.. OnData(arguments), .. Speed()]);

    private static IEnumerable<Row> OnData(IReadOnlyList<string> arguments)
    {
        var at = arguments.ToList().IndexOf("--data");
        var folder = at >= 0 && at + 1 < arguments.Count ? arguments[at + 1] : Path.Combine("..", "shared", "data", "cloud-opsbench-dev");
        if (!Directory.Exists(folder))
        {
            Console.Error.WriteLine($"skipped: no data in {folder}; unpack the archive and name its folder with --data DIR");
            return [];
        }

        var judged = Directory.EnumerateFiles(folder, "metadata.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => FaultCase.Read(Path.GetDirectoryName(f) ?? "")).Select(c => c.Judge()).ToList();
        if (arguments.Contains("--cases"))
        {
            foreach (var one in judged)
            {
                Console.Out.WriteLine($"{(one.Rank == 1 ? "right" : one.Rank is 2 or 3 ? "third" : "WRONG"),-6} {one.Case.Name,-34} {one.Case.Cause} of {one.Case.Object}: {string.Join("; ", one.Answers.Take(3))}");
            }
        }

        return judged.GroupBy(j => j.Case.System).OrderBy(g => g.Key, StringComparer.Ordinal).SelectMany(g => Table(g.Key, [.. g])).Concat(Families(judged)).Concat(Curve(judged));
    }

    private static IEnumerable<Row> Table(string system, List<Judged> cases)
    {
        double first = cases.Count(c => c.Rank == 1), third = cases.Count(c => c.Rank is >= 1 and <= 3);
        yield return new Row($"{system}: cases", cases.Count, "");
        yield return new Row($"{system}: A@1", first / cases.Count, "");
        yield return new Row($"{system}: A@3", third / cases.Count, "");
        yield return new Row($"{system}: unresolved", cases.Count(c => c.IsUnresolved), "");
        yield return new Row($"{system}: a case, median", Report.Median(cases.Select(c => c.Took.TotalMilliseconds)), "ms", "under 50", Report.Median(cases.Select(c => c.Took.TotalMilliseconds)) < 50);
    }

    private static IEnumerable<Row> Families(List<Judged> cases) =>
        cases.GroupBy(c => c.Case.Taxonomy).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new Row($"{g.Key}: A@1 of {g.Count()}", g.Count(c => c.Rank == 1) / (double)g.Count(), ""));

    private static IEnumerable<Row> Curve(List<Judged> cases) =>
        cases.Where(c => c.Confidence > 0).GroupBy(c => c.Confidence).OrderByDescending(g => g.Key).Select(g => new Row(string.Create(CultureInfo.InvariantCulture, $"answers given with confidence {g.Key:0.00}: right of {g.Count()}"), g.Count(c => c.Rank == 1) / (double)g.Count(), ""));

    private static IEnumerable<Row> Speed()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(56);
        var pods = Enumerable.Range(0, Pods).Select(i => new Pod
        {
            Meta = new ObjectMeta { Ref = new ObjectRef("Pod", "shop", $"web{i % 50}-5d4f8-{i}"), Owner = new ObjectRef("ReplicaSet", "shop", $"web{i % 50}-5d4f8"), CreatedAt = now.AddMinutes(-5) }, Phase = "Running", Node = "node1",
            Containers = [new Container { Name = "app", Restarts = i % 3, IsReady = i % 3 == 0, Now = new ContainerStanding(ContainerPhase.Running, "", "") { StartedAt = now.AddMinutes(-4) }, Ports = [8080], Readiness = new ContainerProbe("http", "8081", "/", 0, 5, 1, 3) }],
        }).ToList();
        var events = pods.SelectMany(p => Enumerable.Range(0, 4).Select(i => new ClusterEvent(new ObjectMeta { Ref = new ObjectRef("Event", "shop", $"{p.Meta.Name}.{i}") }, p.Meta.Ref, "", "Warning", "Unhealthy", $"Readiness probe failed: Get \"http://10.0.0.{i}:8081/\": dial tcp 10.0.0.{i}:8081: connect: connection refused", 3, now, now, "kubelet"))).ToList();
        var logs = pods.Take(12).Select(p => new ContainerLog(p.Meta.Ref, "app", false, [.. Enumerable.Range(0, 60).Select(i => new LoggedLine(now, $"2026-05-19T21:00:{i:00}Z INFO request {i} of user {i * 7} took {i * 3} ms"))])).ToList();
        var bundle = new EvidenceBundle
        {
            Service = new ServiceName("shop/web1"), TakenAt = now, Onset = now, Trigger = new Signal { Kind = SignalKind.WorkloadFailure, Service = new ServiceName("shop/web1"), At = now },
            Cluster = new ClusterSnapshot { Subject = new ObjectRef("ReplicaSet", "shop", "web1-5d4f8"), TakenAt = now, Pods = [.. pods], Events = [.. events], Logs = [.. logs] },
        };
        DiagnosisEngine.Rank(bundle);
        var times = Enumerable.Range(0, Rounds).Select(_ =>
        {
            var began = Stopwatch.GetTimestamp();
            DiagnosisEngine.Rank(bundle);
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }).ToList();
        yield return new Row($"the rules on {Pods} pods with {events.Count} events, median of {Rounds}", Report.Median(times), "ms", "under 50", Report.Median(times) < 50);
    }
}
