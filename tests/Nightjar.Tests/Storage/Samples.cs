using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Memory;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Storage;

/// <summary>Records to keep.</summary>
internal static class Samples
{
    public static Incident Incident(string hash, string service, DateTimeOffset at, params string[] moreHashes) => new()
    {
        Id = new IncidentId(0),
        Service = new ServiceName(service),
        Title = "Stock goes negative",
        OpenedAt = at,
        StateSince = at,
        Trigger = Signal(service, at),
        Fingerprints = [.. new[] { hash }.Concat(moreHashes).Select(h => Owned(h, at))],
    };

    public static OwnedFingerprint Owned(string hash, DateTimeOffset at) =>
        new(new Fingerprint(hash, FingerprintStrategy.Evidence, 1), $"shop|{hash}", "StockMismatchError", "deployment/shop", at, "opened it");

    public static Signal Signal(string service, DateTimeOffset at) => new()
    {
        Kind = SignalKind.ErrorRate,
        Service = new ServiceName(service),
        At = at,
        ErrorClass = "StockMismatchError",
        Message = "stock is -1",
        Frames = [new StackFrame("Shop.Inventory.Take", "src/Inventory.cs", 42, true), new StackFrame("System.Thing", null, null, false)],
        Workload = "deployment/shop",
        Source = "rate",
        Severity = Severity.Critical,
        Rate = new RateReading(at.AddMinutes(-5), at, 30, 100, RateUnit.Requests),
        Samples = ["line 1", "line 2"],
    };

    public static Fold Fold(string hash, DateTimeOffset at, long count = 1, long incident = 0, params string[] samples) =>
        new(new IncidentId(incident), hash, SignalKind.ErrorRate, count, at, at, [.. samples]);

    public static JournalEntry Entry(string act, DateTimeOffset at, IncidentId? incident = null) => new() { Incident = incident, At = at, Actor = "nightjar", Act = act, Why = "because" };

    /// <summary>Every optional field is filled.</summary>
    public static Incident Full(string hash, DateTimeOffset at) => Incident(hash, "shop", at, "bbbbbbbb") with
    {
        State = IncidentState.Verifying,
        Severity = Severity.Critical,
        Occurrence = 2,
        RecurrenceOf = new IncidentId(7),
        Links = [new Link(new IncidentId(7), "came back")],
        HeldBy = new IncidentId(3),
        NextDue = at.AddTicks(12_345_678_901),
        Waiting = "for traffic",
        Attempts = 2,
        BreakerTrips = 1,
        Question = new Question("Go on?", IncidentState.Proposing, at),
        AcknowledgedBy = "kim",
        InboxSeen = 9,
        Finding = Finding(at),
        Request = new ReviewRequest("local", 1, "http://127.0.0.1/pr/1", "incident/aaaaaaaa", "main", at) { Head = "abc", MergedAt = at, MergedBy = "kim", MergeCommit = "def", QuietSince = at },
        Change = new ProposedChange("Revert", "It races", "f1", "r1", "docs/incidents/x.md", new CheckResult(true, 0, TimeSpan.FromMilliseconds(1234.5), "bubblewrap", "ok"), "why") { Tried = ["this"] },
        Verification = new Verification { Before = new RateReading(at, at, 3, 10, RateUnit.Lines), RunningSince = at, KnownBy = "rollout" },
        Outcome = IncidentOutcome.Merged,
        EndedAt = at.AddHours(1),
        LearnedAt = at.AddHours(2),
        Phases = [new PhaseTime("investigate", TimeSpan.FromSeconds(1.5))],
    };

    public static EvidenceBundle Bundle(DateTimeOffset at) => new()
    {
        Service = new ServiceName("shop"),
        TakenAt = at,
        Onset = at.AddMinutes(-1),
        Trigger = Signal("shop", at),
        Logs = new LogDigest
        {
            From = at.AddMinutes(-5),
            To = at,
            Lines = 10,
            Errors = 3,
            Templates = [new LogTemplate("t1", "took <n> ms", "error", 3, at, at, TemplateTrend.New, "took 5 ms")],
            ErrorGroups = [new ErrorGroup("StockMismatchError", "stock", 3, at, at, [new StackFrame("F", "f.cs", 1, true)], "sample")],
        },
        Rates = [new RateBucket(new ServiceName("shop"), at, 1, 2, RateUnit.Requests)],
        Changes = [new Change(ChangeKind.Commit, "abc", at, "kim", "Move the inventory")],
        Missing = ["traces"],
    };

    public static IncidentRecord Record(long incident, string hash, string service, DateTimeOffset at) => new()
    {
        At = at,
        Fingerprint = $"{service}|{hash}",
        Hash = hash,
        RootCause = "A check-then-act race",
        Confidence = 0.9,
        PhaseSeconds = new Dictionary<string, double> { ["investigate"] = 1.5 },
        Incident = incident,
        Service = service,
        Outcome = "merged",
        OpenedAt = at.AddHours(-1),
        Signals = 12,
    };

    public static HostedRequest Request(string branch, DateTimeOffset at) => new()
    {
        Number = 0,
        Service = new ServiceName("shop"),
        Incident = new IncidentId(1),
        Branch = branch,
        BaseBranch = "main",
        Title = "[INVESTIGATING] shop",
        Body = "## Trigger",
        Labels = ["incident:active"],
        Url = "http://127.0.0.1/pr",
        OpenedAt = at,
    };

    private static Finding Finding(DateTimeOffset at) => new()
    {
        By = "built-in",
        RootCause = "A race",
        Details = "Two checkouts",
        Place = new CodePlace("src/Inventory.cs", 42, "Take"),
        Suspect = new SuspectCommit("0123456789abcdef", "kim", at, "Move the inventory"),
        Confidence = 0.87,
        Facts = [new ConfidenceFact("touches the line", "yes", 1.5)],
        Evidence = [new Quote("E1", "log", "stock is -1")],
        RuledOut = ["the network"],
        Missing = ["traces"],
        ContributingFactors = ["no test"],
    };

    /// <summary>Arrays are compared by identity, so records are compared by what they are written as.</summary>
    public static string Text<T>(T record) => System.Text.Json.JsonSerializer.Serialize(record, BundleFormat.Json);

    public static ImmutableArray<string> Texts<T>(IEnumerable<T> records) => [.. records.Select(Text)];
}
