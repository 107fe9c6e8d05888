using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>A command that an agent wants to run, and what for.</summary>
public sealed record HotFix(string Workload, ImmutableArray<string> Command, string Why)
{
    public string Shown => Quoting.Plain(string.Join(' ', Command.Select(w => w.Contains(' ', StringComparison.Ordinal) ? $"'{w}'" : w)), 300);
}

/// <summary>
/// Commands in what runs, for an agent that found something to mend on the spot: only those that are allowed, only where the mode lets it
/// or a person said yes, each written down before it is run and never run twice.
/// </summary>
public sealed class HotFixes(Hands hands, IHeals heals, ISilences silences, IPauseSwitch pause, IJournal journal, Conduct conduct, HealOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>How the keys of its questions begin.</summary>
    private const string Prefix = "hotfix-";

    private const string Act = "hot-fix";

    private const string Wanted = "hot-fix-wanted";

    private const int MostRows = 5_000;

    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Whether it may be run without a person's yes.</summary>
    private bool IsFree => conduct.Mode == Mode.Autonomous && !options.RunbookOnly;

    /// <summary>Whether an agent is told of it at all.</summary>
    public bool IsOffered(Incident incident, Service service) =>
        conduct is { Mode: not Mode.Observe, DryRun: false } && !options.HotFix.Allow.IsEmpty
        && Treated.WorkloadOf(incident, service) is { } workload && hands.For(Exec(service, new HotFix(workload, [], ""))) is not null;

    public string Allowed => string.Join("; ", options.HotFix.Allow);

    /// <summary>Runs it, or writes down that a person must be asked for it.</summary>
    /// <returns>What came of it, for the agent; how it ended is in the journal.</returns>
    public async Task<string> WantAsync(Incident incident, Service service, ImmutableArray<string> command, string why, CancellationToken cancellationToken)
    {
        if (!IsOffered(incident, service) || Treated.WorkloadOf(incident, service) is not { } workload)
        {
            return "Refused: nothing may be run here.";
        }

        var fix = new HotFix(workload, command, Quoting.Plain(why, 300));
        if (options.HotFix.WhyNot(command) is { } refusal)
        {
            await WriteAsync(incident, JournalStep.Note, null, $"refused: {fix.Shown}: {refusal}", null, cancellationToken);
            return $"Refused: {refusal}.";
        }

        if (IsFree)
        {
            return await RunAsync(incident, service, fix, cancellationToken);
        }

        await WriteAsync(incident, JournalStep.Note, null, $"wants to run {fix.Shown} in {workload}: {fix.Why}", JsonSerializer.Serialize(fix), cancellationToken, Wanted);
        return "A person is asked for it when your work is done; it is run if they say yes. Go on without it.";
    }

    /// <summary>The first command that nobody has answered for yet, and the key of its question; null when there is none.</summary>
    public async Task<(string Key, HotFix Fix)?> UnansweredAsync(Incident incident, CancellationToken cancellationToken)
    {
        var rows = await journal.ReadAsync(incident.Id, 0, MostRows, cancellationToken);
        var answered = rows.Where(r => r.Act == Act && r.Key is not null).Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        var open = rows.FirstOrDefault(r => r.Act == Wanted && r.Data is not null && !answered.Contains(Full(incident, KeyOf(r))));
        return open?.Data is { } data && JsonSerializer.Deserialize<HotFix>(data) is { } fix ? (KeyOf(open), fix) : null;
    }

    public string Question(HotFix fix) => $"Shall I run {fix.Shown} in {fix.Workload}? {fix.Why}. It will not outlive the pod. No answer within {options.AnswerWithin.TotalMinutes:0} minutes is a no.";

    public DateTimeOffset AnswerBy => clock.GetUtcNow() + options.AnswerWithin;

    /// <summary>Runs what a person said yes to, and writes down a no.</summary>
    public async Task AnsweredAsync(Incident incident, Service service, string key, HotFix fix, HealAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.IsYes)
        {
            await RunAsync(incident, service, fix, cancellationToken, key);
            return;
        }

        await WriteAsync(incident, JournalStep.Failed, key, $"not run: {fix.Shown}: {(answer.By == "nobody" ? "nobody said yes in time" : $"{answer.By} said no")}", null, cancellationToken);
    }

    /// <summary>The finding, with what was run by hand: it lasts as long as the pod, and whoever reads the finding must know.</summary>
    public async Task<Finding> ToldAsync(Incident incident, Finding finding, CancellationToken cancellationToken)
    {
        var ran = (await journal.ReadAsync(incident.Id, 0, MostRows, cancellationToken)).Where(r => r is { Act: Act, Step: JournalStep.Done }).Select(r => r.Why).ToList();
        return ran.Count == 0 ? finding : finding with { ContributingFactors = [.. finding.ContributingFactors, .. ran.Select(r => $"Done by hand while it was looked into: {Quoting.Plain(r, 300)}. This will not outlive the pod: the next one starts as before, until the lasting fix is rolled out.")] };
    }

    public void Dispose() => turn.Dispose();

    /// <summary>One at a time, so that none is counted twice or not at all.</summary>
    private async Task<string> RunAsync(Incident incident, Service service, HotFix fix, CancellationToken cancellationToken, string? key = null)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await RunInTurnAsync(incident, service, fix, key, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<string> RunInTurnAsync(Incident incident, Service service, HotFix fix, string? key, CancellationToken cancellationToken)
    {
        var rows = (await journal.ReadAsync(incident.Id, 0, MostRows, cancellationToken)).Where(r => r.Act == Act && r.Key is not null).ToList();
        var begun = rows.Where(r => r.Step == JournalStep.Intent).ToList();
        var shown = $"run {fix.Shown} in {fix.Workload}";
        if (key is not null && rows.Any(r => r.Key == Full(incident, key)))
        {
            return "Refused: it was answered already.";
        }

        if (await WhyNotNowAsync(incident, begun.Count, cancellationToken) is { } not)
        {
            await WriteAsync(incident, key is null ? JournalStep.Note : JournalStep.Failed, key, $"not run: {fix.Shown}: {not}", null, cancellationToken);
            return $"Refused: {not}.";
        }

        if (begun.Any(b => b.Why.StartsWith(shown, StringComparison.Ordinal) && rows.All(r => r.Key != b.Key || r.Step == JournalStep.Intent)))
        {
            return "Refused: it was begun before a restart of Nightjar, and nobody can tell whether it was run: it is not run again.";
        }

        key ??= string.Create(CultureInfo.InvariantCulture, $"{Prefix}{begun.Count + 1}-{incident.Visit}");
        await WriteAsync(incident, JournalStep.Intent, key, $"{shown}: {fix.Why}", null, cancellationToken);
        var action = Exec(service, fix) with { Timeout = options.HotFix.Timeout };
        try
        {
            var says = hands.For(action) is { } hand ? (await hand.DoAsync(action, cancellationToken)).Says : throw new ActionFailedException("nothing here can do that");
            await WriteAsync(incident, JournalStep.Done, key, says, null, cancellationToken);
            return says;
        }
        catch (ActionFailedException e)
        {
            await WriteAsync(incident, JournalStep.Failed, key, e.Message, null, cancellationToken);
            return e.Message;
        }
    }

    /// <summary>What stops a healing stops this, too.</summary>
    private async Task<string?> WhyNotNowAsync(Incident incident, int begun, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var active = await silences.ActiveAsync(now, cancellationToken);
        return begun >= options.HotFix.Most ? $"{begun} commands were run for this incident, which is all there is"
            : await pause.GetAsync(cancellationToken) is { } paused ? $"everything is paused by {paused.By}"
            : await heals.GetStopAsync(cancellationToken) is { ResumedAt: null } stop ? $"all healing is stopped: {stop.Why}"
            : active.FirstOrDefault(s => incident.Fingerprints.Any(f => s.Covers(incident.Service.Value, f.Fingerprint.Hash, now))) is { } silence ? $"it is silenced by {silence.By}"
            : null;
    }

    private static HealAction Exec(Service service, HotFix fix) => new HealAction.Exec(fix.Workload, fix.Command) { Service = service.Name };

    private static string KeyOf(JournalEntry wanted) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}asked-{wanted.Sequence}");

    private static string Full(Incident incident, string key) => string.Create(CultureInfo.InvariantCulture, $"{incident.Id.Value}/{key}");

    private Task WriteAsync(Incident incident, JournalStep step, string? key, string why, string? data, CancellationToken cancellationToken, string act = Act) =>
        journal.AppendAsync(new JournalEntry { Incident = incident.Id, At = clock.GetUtcNow(), Actor = "agent", Act = act, Step = step, Key = key is null ? null : Full(incident, key), Why = Quoting.Plain(why, 2_000), Data = data }, cancellationToken);
}
