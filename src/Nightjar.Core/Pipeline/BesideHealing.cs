using System.Globalization;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Pipeline;

/// <summary>
/// What is done about an incident that is past healing: symptoms that came late, and what the investigation wishes at once. Where a playbook fits
/// and the policy lets something happen it is done beside what the incident does: its state, question and request stay as they are, and it
/// goes on with what it waited for.
/// </summary>
public sealed class BesideHealing(HealPlanner planner, Catalogue catalogue, HealOptions options)
{
    /// <summary>A wish that proves right is no licence: more than that needs a playbook.</summary>
    private const int WishesPerHour = 2;

    /// <summary>The playbook of what an investigation wishes, in journal and report.</summary>
    private const string OfFinding = "finding";

    /// <summary>Begins with the first that can be done; says of each other why not. What cannot be looked at now is taken up with the next step.</summary>
    internal async Task<Taken> TakeUpAsync(Taken taken, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            return await TakeUpNowAsync(taken, now, cancellationToken);
        }
        catch (TryLaterException)
        {
            return taken;
        }
    }

    private async Task<Taken> TakeUpNowAsync(Taken taken, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (incident, entries) = (taken.Incident, taken.Entries.ToList());
        while (incident is { LateSymptoms: [var hash, ..] } && CanBegin(incident))
        {
            incident = incident with { LateSymptoms = incident.LateSymptoms.RemoveAt(0) };
            if (incident.Fingerprints.FirstOrDefault(f => f.Fingerprint.Hash == hash) is { } symptom)
            {
                var (progress, why) = await BeginAsync(incident, symptom, cancellationToken);
                incident = progress is null ? incident : incident with { Heal = progress, NextDue = now };
                entries.Add(Entry(incident, now, progress is null ? "not-healed" : "beside", $"{symptom.Subject}: {why}"));
            }
        }

        if (incident.Finding is { Mitigation: { Became: null } wish } && CanBegin(incident))
        {
            var (next, why) = await WishAsync(incident, wish, cancellationToken);
            if (why is not null)
            {
                incident = next with { NextDue = next.Heal is { IsOver: false } ? now : next.NextDue };
                entries.Add(Entry(incident, now, "mitigation", why));
            }
        }

        return taken with { Incident = incident, Entries = entries };
    }

    /// <summary>The next step of what is healed beside a stage that is running; null when there is none now. News of other kinds is left to that stage.</summary>
    internal async Task<(Incident Stored, Taken Taken, IReadOnlyList<InboxMessage> News)?> NextAsync(IncidentStores stores, IncidentId id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await stores.Incidents.GetAsync(id, cancellationToken) is not { } stored)
        {
            return null;
        }

        var news = await stores.Inbox.ReadAsync(id, stored.InboxSeen, cancellationToken);
        var isDue = StageList.IsHealedBeside(stored) && !(stored.NextDue > now);
        if (!news.All(IsOfSymptom) || (news.Count == 0 && !isDue))
        {
            return null;
        }

        var taken = await TakeUpAsync(InboxRules.TakeIn(stored, news, now), now, cancellationToken);
        return StageList.IsHealedBeside(taken.Incident) ? (stored, taken, news) : null;
    }

    /// <summary>News that is for the state is not lost on it because something is healed meanwhile.</summary>
    internal static Incident WithNews(Incident incident, IReadOnlyList<InboxMessage> news, DateTimeOffset now) =>
        incident.Heal is { Beside: { } beside } heal && !news.All(IsOfSymptom)
            ? incident with { Heal = heal with { Beside = beside with { Due = now } } } : incident;

    /// <summary>The state goes on where it was.</summary>
    internal static StageOutcome End(Incident incident, HealBeside beside, string why, DateTimeOffset now)
    {
        var over = (beside.Symptom is null ? Became(incident, why) : incident) with { Heal = incident.Heal?.Over() };
        return beside is { Due: { } due, Waiting: { } waiting } && due > now ? new Resume(over, due, waiting, why) : new Again(over, why);
    }

    private static bool IsOfSymptom(InboxMessage message) => message.Kind is InboxKind.FingerprintFolded or InboxKind.CameBack;

    /// <summary>One at a time; and not while a person is asked about an action of healing.</summary>
    private static bool CanBegin(Incident incident) =>
        incident.State.IsOpen() && incident.State is not (IncidentState.Detected or IncidentState.Suppressed or IncidentState.Healing)
        && incident is not { Question.Action: not null } and not { Heal: { Beside: not null, IsOver: false } };

    private async Task<(HealProgress? Progress, string Why)> BeginAsync(Incident incident, OwnedFingerprint symptom, CancellationToken cancellationToken)
    {
        var service = catalogue.Get(incident.Service);
        var plan = await planner.PlanAsync(incident, service, cancellationToken, symptom);
        if (plan.Progress is not { } progress)
        {
            return (null, plan.Why);
        }

        // Named after the message that brought it: the same after a kill, another for the next one.
        progress = progress with { Round = string.Create(CultureInfo.InvariantCulture, $"{incident.Visit}-{incident.InboxSeen}-{symptom.Fingerprint.Hash}"), Beside = new HealBeside(symptom.Fingerprint.Hash, incident.NextDue, incident.Waiting) };
        var (first, verdict) = await planner.FirstAsync(progress, service, cancellationToken);
        return verdict.Risk == HealRisk.Never ? (null, $"{plan.Why} would do: {first.Label}; {verdict.Why}") : (progress, $"{plan.Why}; it is healed beside what goes on");
    }

    /// <summary>Null for why when it is to be looked at later: a fix is not held up by a question that may stand for long.</summary>
    private async Task<(Incident Incident, string? Why)> WishAsync(Incident incident, Mitigation wish, CancellationToken cancellationToken)
    {
        var service = catalogue.Get(incident.Service);
        if (wish.Refusal(incident, service) is { } refusal)
        {
            return Not(incident, refusal);
        }

        var step = new HealStep { Action = wish.Action, Attempts = 1 };
        var progress = new HealProgress
        {
            Round = $"{incident.Visit}-{OfFinding}",
            Playbook = new Playbook { Name = OfFinding, Says = wish.Why, Do = [step], PerHour = WishesPerHour, Risk = wish.Action == HealStep.Stop || options.RunbookOnly ? HealRisk.Ask : HealRisk.Safe },
            Workload = wish.Workload ?? Treated.WorkloadOf(incident, service),
            Tried = incident.Heal?.Tried ?? [],
            Beside = new HealBeside(null, incident.NextDue, incident.Waiting),
        };
        var what = await planner.PrescribeAsync(step, progress, service, cancellationToken);
        if (what.WhyNot is { } cannot)
        {
            return Not(incident, cannot);
        }

        var verdict = planner.Judge(progress, service, what);
        return (verdict.Risk, incident.State) switch
        {
            (HealRisk.Never, _) => Not(incident, $"would {what.Label}, but {verdict.Why}"),
            (HealRisk.Ask, IncidentState.NeedsHuman) => Not(incident, $"{what.Label} has to be asked for ({verdict.Why}), and a person is asked something else already"),
            (HealRisk.Ask, not IncidentState.InReview) => (incident, null),
            _ => (incident with { Heal = progress }, $"the investigation wishes: {what.Label}: {wish.Why}"),
        };
    }

    private static (Incident, string) Not(Incident incident, string why) => (Became(incident, $"not done: {why}"), $"not done: {why}");

    private static Incident Became(Incident incident, string why) =>
        incident.Finding is { Mitigation: { } wish } finding ? incident with { Finding = finding with { Mitigation = wish with { Became = Quoting.Plain(why, IncidentMoves.LongestWhy) } } } : incident;

    private static JournalEntry Entry(Incident incident, DateTimeOffset now, string act, string why) =>
        new() { Incident = incident.Id, At = now, Actor = "heal", Act = act, Why = Quoting.Plain(why, IncidentMoves.LongestWhy) };
}
