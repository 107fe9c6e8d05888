using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;
using Nightjar.Web;

namespace Nightjar.Hosting;

/// <summary>
/// Whether the daemon can do its work: the store takes a row, the loop is woken, the watchers see. A watcher that waits for its
/// file is told, but makes nobody take the daemon out of service: it is then that people want to look.
/// </summary>
internal sealed class Readiness(IRates rates, QuartzWakeUps wakeUps, IEnumerable<IWatcher> watchers, PlaybookShelf shelf, TimeProvider clock)
{
    /// <summary>How long an answer of the store holds: pages and probes ask often, and each question writes a row.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim asking = new(1, 1);
    private ReadyPart store = new("store", ReadyState.Ready, "");
    private DateTimeOffset askedAt = DateTimeOffset.MinValue;

    public async Task<IReadOnlyList<ReadyPart>> AskAsync(CancellationToken cancellationToken) => [await StoreAsync(cancellationToken), Loop(), Watchers(), .. Playbooks()];

    private async Task<ReadyPart> StoreAsync(CancellationToken cancellationToken)
    {
        await asking.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if ((now - askedAt).Duration() >= Fresh)
            {
                store = await WriteAsync(now, cancellationToken);
                askedAt = now;
            }

            return store;
        }
        finally
        {
            asking.Release();
        }
    }

    /// <summary>Only a write tells a full disk from a good one.</summary>
    private async Task<ReadyPart> WriteAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await rates.AddAsync([], new Dictionary<string, string> { ["readiness"] = now.ToString("O", CultureInfo.InvariantCulture) }, cancellationToken);
            return new ReadyPart("store", ReadyState.Ready, "The store can be written.");
        }
        catch (StoreUnavailableException e)
        {
            return new ReadyPart("store", ReadyState.NotReady, "The store cannot be written, so Nightjar acts on nothing.", $"{e.Message}.");
        }
    }

    private ReadyPart Loop() => wakeUps.IsRunning
        ? new ReadyPart("loop", ReadyState.Ready, "Incidents are worked on.")
        : new ReadyPart("loop", ReadyState.NotReady, "No incident is worked on: the loop starts or stops.");

    /// <summary>Said only while a file is not sound.</summary>
    private IEnumerable<ReadyPart> Playbooks() => shelf.Faults.IsEmpty
        ? []
        : [new ReadyPart("playbooks", ReadyState.Limited, "A file of the playbooks is not sound; what was in force before stays.", string.Join("; ", shelf.Faults))];

    private ReadyPart Watchers()
    {
        var all = watchers.Select(w => (w.Name, w.Health)).ToList();
        var blind = all.Where(w => !w.Health.IsWell).ToList();
        return blind.Count == 0
            ? new ReadyPart("watchers", all.Count == 0 ? ReadyState.Limited : ReadyState.Ready, all.Count == 0 ? "Nothing is watched." : string.Create(CultureInfo.InvariantCulture, $"{all.Count} are well."))
            : new ReadyPart("watchers", ReadyState.Limited, string.Create(CultureInfo.InvariantCulture, $"{blind.Count} of {all.Count} are not well: {string.Join(", ", blind.Select(w => w.Name))}."), string.Join("; ", blind.Select(w => $"{w.Name}: {w.Health.Says}")));
    }
}
