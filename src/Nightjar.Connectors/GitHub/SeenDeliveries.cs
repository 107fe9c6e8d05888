namespace Nightjar.Connectors.GitHub;

/// <summary>
/// The deliveries that were taken since the start. In memory: one that is played again after a restart has an incident look at its
/// request once more, and no more than that.
/// </summary>
internal sealed class SeenDeliveries
{
    /// <summary>Days of a busy repository; 1 MB.</summary>
    private const int Most = 4_096;

    private readonly Lock gate = new();
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly Queue<string> order = new();

    /// <summary>False when one of the two was seen before.</summary>
    public bool Add(string delivery, string signature)
    {
        lock (gate)
        {
            // A number of any length from outside is kept by its first characters; digits of a signature may be written in two ways.
            string[] marks = delivery.Length == 0 ? [$"s:{signature.ToLowerInvariant()}"] : [$"d:{(delivery.Length > 64 ? delivery[..64] : delivery)}", $"s:{signature.ToLowerInvariant()}"];
            if (marks.Any(seen.Contains))
            {
                return false;
            }

            foreach (var mark in marks)
            {
                seen.Add(mark);
                order.Enqueue(mark);
            }

            while (order.Count > 2 * Most)
            {
                seen.Remove(order.Dequeue());
            }

            return true;
        }
    }
}
