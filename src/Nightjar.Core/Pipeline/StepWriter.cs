using Nightjar.Core.Incidents;

namespace Nightjar.Core.Pipeline;

/// <summary>Writes what came of a step, by compare-and-swap on the version that the step began with.</summary>
internal static class StepWriter
{
    /// <summary>The incident as it is on disk now; null when another step was first.</summary>
    public static async Task<Incident?> WriteAsync(IIncidents incidents, Incident stored, Incident next, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            return await incidents.WriteAsync(next, stored.Version, entries, cancellationToken) ? next with { Version = stored.Version + 1 } : null;
        }
        catch (FingerprintTakenException e)
        {
            // Two open incidents cannot own one fingerprint: the other one keeps it. An incident that would have none left stays as it was.
            var kept = next.Fingerprints.RemoveAll(f => f.Fingerprint.Hash == e.Hash);
            var instead = kept.IsEmpty ? stored with { InboxSeen = next.InboxSeen } : next with { Fingerprints = kept };
            var note = new JournalEntry { Incident = stored.Id, At = next.StateSince, Actor = "loop", Act = "fold", Why = $"fingerprint {e.Hash} stays with {e.Owner}, which is open" };

            // Ends: each time there is one fingerprint less, or the incident as it was.
            return await WriteAsync(incidents, stored, instead, [.. entries, note], cancellationToken);
        }
    }
}
