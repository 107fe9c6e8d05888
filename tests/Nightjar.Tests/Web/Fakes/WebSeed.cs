using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Web.Fakes;

/// <summary>A night at a small shop: one incident in each of the interesting states.</summary>
internal static class WebSeed
{
    public static readonly DateTimeOffset Now = new(2026, 3, 14, 3, 12, 40, TimeSpan.Zero);

    public static readonly ServiceName Shop = new("shop");

    public const string Diff = """
        diff --git a/src/Inventory.cs b/src/Inventory.cs
        index 1111111..2222222 100644
        --- a/src/Inventory.cs
        +++ b/src/Inventory.cs
        @@ -40,10 +40,6 @@ public sealed class Inventory
             public async Task<bool> TryTakeAsync(string sku, int count)
             {
        -        var stock = await repository.ReadAsync(sku);
        -        if (stock < count) return false;
        -        await repository.WriteAsync(sku, stock - count);
        -        return true;
        +        return await repository.TryTakeAsync(sku, count);
             }

        --- this removed line begins with two dashes
             public string Html => "<script>alert(1)</script>";
        diff --git a/docs/incidents/2026-03-14-6e14cf73.md b/docs/incidents/2026-03-14-6e14cf73.md
        new file mode 100644
        --- /dev/null
        +++ b/docs/incidents/2026-03-14-6e14cf73.md
        @@ -0,0 +1,2 @@
        +# Stock went negative
        +A check and the act after it were parted by an await.
        \ No newline at end of file
        """;

    public static Service Service { get; } = new()
    {
        Name = Shop,
        Logs = ["/var/log/shop/*.json"],
        Repository = new RepositoryLocation("/srv/git/shop.git"),
        Check = new CheckCommand("dotnet test"),
        Probes = [new HttpProbe("health", new Uri("http://127.0.0.1:5080/health"))],
        Owners = ["payments"],
    };

    public static Service Ledger { get; } = new() { Name = new ServiceName("ledger"), Logs = ["/var/log/ledger.log"], DependsOn = [Shop] };

    public static Finding Finding { get; } = new()
    {
        By = "built-in",
        RootCause = "Inventory.TryTakeAsync reads the stock, awaits, then writes it back, so two checkouts can both take the last item.",
        Details = "The read and the write were one statement until `c0ffee12` moved them behind an async repository.\n\n- the failing frame is on a line of that commit (see [E2](#E2))\n- the error is new since it was deployed (see [E1](#E1))",
        Place = new CodePlace("src/Inventory.cs", 42, "Shop.Inventory.TryTakeAsync"),
        Suspect = new SuspectCommit("c0ffee12aa55bb66", "Ada Byron", Now.AddHours(-5), "Move inventory behind an async repository"),
        Confidence = 0.87,
        Facts =
        [
            new ConfidenceFact("top frame blamed", "the top own frame is on a line the commit wrote", 2.1),
            new ConfidenceFact("near the onset", "committed 4 h 58 min before the first failure", 0.6),
            new ConfidenceFact("large commit", "it changes 14 files", -0.4),
        ],
        Evidence =
        [
            new Quote("E1", "log", "StockMismatchError: stock of sku-7 is -2 after checkout"),
            new Quote("E2", "blame", "42  c0ffee12  var stock = await repository.ReadAsync(sku);\n43  c0ffee12  if (stock < count) return false;"),
            new Quote("E3", "error rate", "23 % of 412 requests failed, from 0 %"),
        ],
        RuledOut = ["a dependency: no timeouts and no refused connections in the window", "a deployment of another service: none in the last day"],
        Missing = ["traces: none are configured for this service"],
    };

    public static Incident Incident(long number, IncidentState state, DateTimeOffset opened, string title) => new()
    {
        Id = new IncidentId(number),
        Service = Shop,
        Title = title,
        State = state,
        OpenedAt = opened,
        StateSince = opened,
        Trigger = new Signal { Kind = SignalKind.ErrorRate, Service = Shop, At = opened, ErrorClass = "StockMismatchError", Message = "stock of sku-7 is -2 after checkout", Rate = new RateReading(opened.AddMinutes(-1), opened, 95, 412, RateUnit.Requests), Frames = Frames },
        Fingerprints = [new OwnedFingerprint(new Fingerprint($"6e14cf{number:00}", FingerprintStrategy.Evidence, 1), "shop|StockMismatchError", "StockMismatchError", null, opened, "opened the incident")],
    };

    private static ImmutableArray<StackFrame> Frames { get; } =
    [
        new("Shop.Inventory.TryTakeAsync(String sku, Int32 count)", "/src/Inventory.cs", 42, true),
        new("Shop.Checkout.PlaceAsync(Order order)", "/src/Checkout.cs", 31, true),
        new("Microsoft.AspNetCore.Http.RequestDelegateFactory.<ExecuteTaskOfT>g__ExecuteAwaited|134_0", null, null, false),
    ];

    public static void Fill(WebStore store, WebCodeHost host)
    {
        AddReview(store);
        AddOthers(store);
        AddRequest(host);
        store.Held.Add(new HeldBack("0badf00d", "shop|TimeoutError", "silenced", 1204, Now.AddHours(-2), Now.AddMinutes(-3)));
        store.Silences.Add(new Silence(1, "ledger", null, Now.AddMinutes(47), "ada", "migration of the ledger", Now));
        store.Cooling["feedf00d"] = Now.AddHours(20);
        for (var i = 0; i < 180; i++)
        {
            var start = Now.AddSeconds(-10 * (180 - i) - 10);
            var total = 60 + (i * 7 % 23);
            store.Buckets.Add(new RateBucket(Shop, start, i > 118 ? total * (10 + (i % 9)) / 60 : 0, total, RateUnit.Requests));
        }
    }

    private static void AddReview(WebStore store)
    {
        var opened = Now.AddMinutes(-9);
        var id = new IncidentId(12);
        var request = new ReviewRequest("local", 3, "http://127.0.0.1/requests/3", "incident/6e14cf12", "main", opened.AddSeconds(2));
        store.Incidents.Add(Incident(12, IncidentState.InReview, opened, "shop: StockMismatchError in 23 % of requests") with
        {
            Severity = Severity.Critical,
            Finding = Finding,
            Request = request,
            Waiting = "a person to review request 3",
            Change = new ProposedChange("Revert \"Move inventory behind an async repository\"", "Puts back the one statement that checks and takes.", "f1f1f1f1aa", "abababab00", "docs/incidents/2026-03-14-6e14cf12.md", new CheckResult(true, 0, TimeSpan.FromSeconds(14.2), "bubblewrap", "Passed! 38 tests"), "the revert applies cleanly and the service's check passes"),
            Verification = new Verification { Before = new RateReading(opened, opened, 95, 412, RateUnit.Requests) },
            Phases = [new PhaseTime("investigate", TimeSpan.FromSeconds(1.2)), new PhaseTime("propose", TimeSpan.FromSeconds(15.4))],
            Links = [new Link(new IncidentId(4), "same service, other error class")],
            Fingerprints =
            [
                new OwnedFingerprint(new Fingerprint("6e14cf12", FingerprintStrategy.Evidence, 1), "shop|StockMismatchError", "StockMismatchError", null, opened, "opened the incident"),
                new OwnedFingerprint(new Fingerprint("aa11bb22", FingerprintStrategy.Evidence, 1), "shop|probe:health", "", null, opened.AddSeconds(40), "same service within 5 minutes, and a probe carries no error class"),
            ],
        });
        store.Folds.Add(new Fold(id, "6e14cf12", SignalKind.ErrorRate, 12_480, opened, Now.AddSeconds(-3), ["{\"level\":\"error\",\"msg\":\"stock of sku-7 is -2 after checkout\"}"]));
        store.Folds.Add(new Fold(id, "aa11bb22", SignalKind.ProbeFailure, 6, opened.AddSeconds(40), Now.AddMinutes(-2), []));
        store.Evidence.Add((id, "12-1", Bundle(opened)));
        Story(store, id, opened);
    }

    private static void Story(WebStore store, IncidentId id, DateTimeOffset at)
    {
        store.Note(id, at, "error-rate", "opened", "23 % of 412 requests failed in the last minute; the limit is 15 % of at least 100");
        store.Note(id, at.AddSeconds(0.1), "nightjar", "state", "Real and new: finding the cause");
        store.Note(id, at.AddSeconds(0.2), "investigate", "open-request", "Open a draft request on branch incident/6e14cf12", JournalStep.Intent, "12/request");
        store.Note(id, at.AddSeconds(0.9), "investigate", "open-request", "Opened draft request 3", JournalStep.Done, "12/request");
        store.Note(id, at.AddSeconds(1.4), "built-in", "finding", "Blames c0ffee12 for src/Inventory.cs:42, 87 % sure");
        store.Note(id, at.AddSeconds(1.5), "nightjar", "state", "A cause is known: writing a fix");
        store.Note(id, at.AddSeconds(1.6), "propose", "check", "Run the service's own check on the revert", JournalStep.Intent, "12/check");
        store.Note(id, at.AddSeconds(15.8), "propose", "check", "The check passed in 14.2 s (fence: bubblewrap)", JournalStep.Done, "12/check");
        store.Note(id, at.AddSeconds(16.1), "nightjar", "state", "Fix proposed: waiting for a person");
        store.Note(id, at.AddSeconds(40), "correlate", "fold", "Folded probe:health into this incident: same service within 5 minutes");
        store.Note(id, at.AddSeconds(41), "tell", "announce", "Tell the owners of shop by Slack", JournalStep.Failed);
        store.Note(id, at.AddSeconds(50), "tell", "announce", "Tell the owners of shop again", JournalStep.Intent, "12/tell");
    }

    private static EvidenceBundle Bundle(DateTimeOffset onset) => new()
    {
        Service = Shop,
        TakenAt = onset.AddSeconds(1),
        Onset = onset.AddSeconds(-30),
        Trigger = Incident(12, IncidentState.Detected, onset, "").Trigger,
        Rates = [.. Enumerable.Range(0, 60).Select(i => new RateBucket(Shop, onset.AddSeconds((i - 60) * 10), i > 56 ? 9 + i % 4 : 0, 34 + (i * 5 % 17), RateUnit.Requests))],
        Logs = new LogDigest
        {
            From = onset.AddMinutes(-10),
            To = onset,
            Lines = 20_114,
            Errors = 431,
            Templates =
            [
                new LogTemplate("t1", "GET /products answered 200 in <n> ms", "info", 19_204, onset, onset, TemplateTrend.Steady, ""),
                new LogTemplate("t2", "stock of <str> is <n> after checkout", "error", 412, onset, onset, TemplateTrend.New, ""),
                new LogTemplate("t3", "retrying checkout of <uuid>", "warn", 388, onset, onset, TemplateTrend.Rising, ""),
            ],
            ErrorGroups = [new ErrorGroup("StockMismatchError", "stock of sku-7 is -2 after checkout", 412, onset, onset, Frames, "")],
        },
        Changes = [new Change(ChangeKind.Commit, "c0ffee12aa55bb66", onset.AddHours(-5), "Ada Byron", "Move inventory behind an async repository"), new Change(ChangeKind.Deployment, "c0ffee12", onset.AddMinutes(-6), "deploy", "shop rolled out")],
        Missing = ["cluster: no kube context is configured"],
    };

    private static void AddOthers(WebStore store)
    {
        store.Incidents.Add(Incident(11, IncidentState.NeedsHuman, Now.AddMinutes(-34), "shop: checkout times out against the payment provider") with
        {
            Question = new Question("No commit explains this: errors began when the payment provider stopped answering. Wait for it, or give up?", IncidentState.Investigating, Now.AddMinutes(-20)),
            Finding = Finding with { RootCause = "api.pay.example refuses connections; nothing in the repository changed in the last day.", Suspect = null, Place = null, Confidence = 0.62 },
        });
        store.Incidents.Add(Incident(10, IncidentState.Verifying, Now.AddHours(-2), "shop: NullReferenceException in Basket.Total") with { Waiting = "10 minutes of traffic with at least 100 requests (62 so far)", AcknowledgedBy = "ada" });
        store.Incidents.Add(Incident(9, IncidentState.Investigating, Now.AddSeconds(-25), "shop: log line “disk quota exceeded”"));
        store.Incidents.Add(Incident(8, IncidentState.Detected, Now.AddMinutes(-5), "ledger: probe health fails") with { Service = Ledger.Name, HeldBy = new IncidentId(12) });
        store.Incidents.Add(Incident(7, IncidentState.GaveUp, Now.AddDays(-1), "ledger: error rate 31 %") with { Service = Ledger.Name, Outcome = IncidentOutcome.GivenUp, EndedAt = Now.AddHours(-20), Waiting = null });
        store.Incidents.Add(Incident(6, IncidentState.Resolved, Now.AddDays(-3), "shop: error rate 18 %") with { Outcome = IncidentOutcome.Merged, EndedAt = Now.AddDays(-3).AddMinutes(31), Occurrence = 2, RecurrenceOf = new IncidentId(4) });
        store.Incidents.Add(Incident(4, IncidentState.Resolved, Now.AddDays(-12), "shop: error rate 22 %") with { Outcome = IncidentOutcome.OverByItself, EndedAt = Now.AddDays(-12).AddMinutes(4) });
        foreach (var incident in store.Incidents.Where(i => i.Id.Value != 12))
        {
            store.Folds.Add(new Fold(incident.Id, incident.Fingerprint.Hash, SignalKind.ErrorRate, (incident.Id.Value * 137) + 1, incident.OpenedAt, Now, []));
        }
    }

    private static void AddRequest(WebCodeHost host)
    {
        host.Diff = Diff;
        host.Commits =
        [
            new CommitFacts("0000000000aa", "Nightjar", Now.AddMinutes(-8), "Begin the investigation of #12", []),
            new CommitFacts("f1f1f1f1aabb", "Nightjar", Now.AddMinutes(-8), "Revert \"Move inventory behind an async repository\"", [new FileChange("src/Inventory.cs", 1, 4)]),
        ];
        host.Requests.Add(new HostedRequest
        {
            Number = 3,
            Service = Shop,
            Incident = new IncidentId(12),
            Branch = "incident/6e14cf12",
            BaseBranch = "main",
            Title = "[FIX PROPOSED] shop elevated error rate (23%)",
            Body = "## Trigger\n\n23 % of 412 requests failed.\n\n| what | figure |\n|:---:|---:|\n| failed | 95 |\n| all | 412 |\n\n## Investigation\n\nThe read and the write are parted by an `await`:\n\n```csharp\nvar stock = await repository.ReadAsync(sku);\n```\n\n## Proposed fix\n\n- [x] the revert applies cleanly\n- [x] the check passes\n\n## Incident report\n\nSee `docs/incidents`.",
            Labels = ["incident-fp:6e14cf12", "incident:active", "incident:fix-proposed"],
            Url = "http://127.0.0.1/requests/3",
            OpenedAt = Now.AddMinutes(-9),
        });
        host.Requests.Add(host.Requests[0] with { Number = 2, State = HostedState.Merged, ClosedBy = "ada", ClosedAt = Now.AddDays(-3), IsDraft = false, MergeCommit = "9988776655", Title = "[RESOLVED] shop elevated error rate (18%)", Branch = "incident/6e14cf06", Incident = new IncidentId(6), OpenedAt = Now.AddDays(-3) });
        host.Comments.Add((3, new RequestComment("verify", "nightjar", "Before: **23 %** of 412. The fix does not run yet.", Now.AddMinutes(-7))));
    }
}
