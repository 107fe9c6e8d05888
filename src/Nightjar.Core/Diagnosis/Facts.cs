using System.Buffers;
using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Signals.Cluster;

namespace Nightjar.Core.Diagnosis;

/// <summary>One bundle as the rules look at it: every text with its source, whose each object is, and who depends on whom. Made once.</summary>
public sealed class Facts
{
    /// <summary>Every expression over log lines has at least one of these in whatever it matches; a rule with other words adds its own.</summary>
    private static readonly SearchValues<string> Complaints = SearchValues.Create(
        [
            "denied", "refus", "not found", "no such", "exist", "fail", "error", "unknown", "not known", "timed out", "timedout", "timeout", "time-out", "exceeded", "unreach", "no route", "resol", "lookup", "addr", "in use", "read-only", "readonly", "read only",
            "erofs", "space", "enospc", "quota", "too many", "exhaust", "not available", "unable", "cannot", "can't", "could not", "missing", "required", "not set", "be set", "unset", "undefined", "not defined", "invalid", "unexpected", "wrong", "noauth", "login", "exception", "malformed",
            "out of order", "slots", "clients", "ora-", "not master", "notwritable", "enoent", "eacces", "eperm", "servname", "servers could be", "link failure", "closed", "usage of each", "max_user",
        ], StringComparison.OrdinalIgnoreCase);

    private readonly Dictionary<ObjectRef, ObjectRef> tops = [];
    private readonly ILookup<ObjectRef, Pod> podsOf;
    private readonly ILookup<ObjectRef, Said> byAbout;
    private readonly ILookup<string, Said> events;
    private readonly DependencyGraph graph;
    private readonly ClusterPatience patience = new();

    public Facts(EvidenceBundle bundle)
    {
        (Bundle, Cluster) = (bundle, bundle.Cluster ?? new ClusterSnapshot());
        foreach (var pod in Cluster.Pods)
        {
            tops[pod.Meta.Ref] = Cluster.TopOwner(pod.Meta);
        }

        foreach (var workload in Cluster.Workloads)
        {
            tops[workload.Meta.Ref] = workload.Meta.Owner ?? workload.Meta.Ref;
        }

        Subject = bundle.Cluster?.Subject is { Kind.Length: > 0 } about ? Top(about)
            : bundle.Trigger.Workload?.Split('/', 2) is ["container", var name] ? new ObjectRef("Container", "", name)
            : new ObjectRef("Service", "", bundle.Service.Value);
        HasNoSubject = bundle.Cluster is not null && bundle.Cluster.Subject.Kind is null or "" or "Namespace";
        podsOf = Cluster.Pods.ToLookup(p => Top(p.Meta.Ref));
        Words = [.. Wording.Of(this)];
        TroubledLogs = [.. Words.Where(w => w.By == SaidBy.Log && w.Text.AsSpan().ContainsAny(Complaints)).DistinctBy(l => (l.About, l.Text.Length > 200 ? l.Text[..200] : l.Text))];
        byAbout = Words.ToLookup(w => w.About);
        events = Words.Where(w => w.By == SaidBy.Event).ToLookup(w => w.Key, StringComparer.Ordinal);
        graph = new DependencyGraph(this);
    }

    public EvidenceBundle Bundle { get; }

    public ClusterSnapshot Cluster { get; }

    /// <summary>What the incident is about, as a person would name it.</summary>
    public ObjectRef Subject { get; }

    /// <summary>It was asked of a whole namespace: each object in it is as much the subject as any other.</summary>
    public bool HasNoSubject { get; }

    public DateTimeOffset Now => Bundle.TakenAt;

    /// <summary>Every text of the evidence.</summary>
    public ImmutableArray<Said> Words { get; }

    public IEnumerable<string> Missing => Cluster.Missing;

    /// <summary>
    /// Log lines that may name a cause, each once: a line that a program repeats a thousand times is one sign. Most lines have none of the words
    /// by which programs complain, and are passed over before any expression is tried on them.
    /// </summary>
    public ImmutableArray<Said> TroubledLogs { get; }

    public ObjectRef Top(ObjectRef about) => tops.GetValueOrDefault(about, about);

    public IEnumerable<Said> About(ObjectRef about) => byAbout[about];

    /// <summary>Events with that reason.</summary>
    public IEnumerable<Said> Events(string reason) => events[reason];

    public IEnumerable<Pod> PodsOf(ObjectRef top) => podsOf[top];

    /// <summary>Pods that are of no past: not on their way out, not of a job that ended well.</summary>
    public IEnumerable<Pod> LivePods => Cluster.Pods.Where(p => p.Meta.DeletedAt is null && p.Phase != "Succeeded");

    /// <summary>Every container of those, with its pod.</summary>
    public IEnumerable<(Pod Pod, Container Container)> Containers => LivePods.SelectMany(p => p.Containers.Select(c => (p, c)));

    /// <summary>Whether one calls another, at first or second hand, as far as addresses in their variables tell.</summary>
    public bool DependsOn(ObjectRef caller, ObjectRef called) => graph.Reaches(caller, called);

    /// <summary>The workload behind a host name that programs of that namespace use; null when no service and no workload has it.</summary>
    public ObjectRef? Behind(string host, string space) => graph.Behind(host, space);

    /// <summary>Whoever calls it at first hand.</summary>
    public IEnumerable<ObjectRef> CallersOf(ObjectRef called) => graph.CallersOf(called);

    /// <summary>The workload of that very name.</summary>
    public ObjectRef? Named(string name, string space) => graph.Named(name, space);

    /// <summary>The cluster's service that a host name means to programs of that namespace; null when there is none.</summary>
    public ClusterService? Service(string host, string space) => graph.Service(host, space);

    /// <summary>The container has ended badly, and not so long ago that it is history.</summary>
    public ContainerStanding? BadEnd(Container container) =>
        container.Now is { Phase: ContainerPhase.Ended, ExitCode: not 0 } now ? now
        : container.Before is { Phase: ContainerPhase.Ended, ExitCode: not 0 } before && (container.Now is { Phase: ContainerPhase.Waiting } || before.EndedAt is not { } at || Now - at < patience.LastExit) ? before
        : null;

    /// <summary>
    /// What an event said of making pods is over when the pods are there: controllers try again, and events stay for an hour.
    /// </summary>
    public bool HasItsPods(ObjectRef owner) =>
        Cluster.Workload(owner) is { } workload
            ? workload.Wanted == 0 || Cluster.Pods.Count(p => p.Meta.Owner == owner) >= workload.Wanted
            // Events outlive what they are about.
            : Cluster.Workloads.Any(w => w.Meta.Ref.Kind == owner.Kind);
}
