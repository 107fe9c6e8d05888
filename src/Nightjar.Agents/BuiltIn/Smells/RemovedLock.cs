using System.Text.RegularExpressions;

namespace Nightjar.Agents.BuiltIn.Smells;

/// <summary>Something that kept callers apart is gone.</summary>
internal sealed partial class RemovedLock : ISmell
{
    public Smelled? Sniff(ChangedFunction change) =>
        change.Removed.Any(l => Guard().IsMatch(l)) && !change.Added.Any(l => Guard().IsMatch(l))
            ? new Smelled("removed-lock", "It removed what kept callers apart (a lock, semaphore or transaction) and put nothing in its place", null, 0.8)
            : null;

    [GeneratedRegex(@"\block\s*\(|\bsynchronized\b|SemaphoreSlim|\b[Mm]utex\b|\bInterlocked\.|\.Lock\(\)|\.acquire\(|with\s+[\w.]*lock|BeginTransaction|FOR UPDATE", RegexOptions.CultureInvariant)]
    private static partial Regex Guard();
}
