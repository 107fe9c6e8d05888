using System.Collections.Immutable;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Alerts;

/// <summary>One alert of a delivery, whichever system sent it. All of it is text from outside, cut to size.</summary>
/// <param name="Instance">Tells apart what fires under one name: two pods, two disks.</param>
/// <param name="At">When it began to fire, or was resolved, by the sender's clock; null when it does not say.</param>
internal sealed record IncomingAlert(string Name, string Instance, bool IsFiring, DateTimeOffset? At, ImmutableDictionary<string, string> Labels, string Message, Severity Severity);

/// <summary>What a body held.</summary>
/// <param name="EventId">Identity of a signed event; null where repeats are the sender's way.</param>
/// <param name="SentAt">When a signed event happened.</param>
/// <param name="LeftOut">Alerts that the sender or we cut off.</param>
internal sealed record AlertBatch(ImmutableArray<IncomingAlert> Alerts, string? EventId = null, DateTimeOffset? SentAt = null, long LeftOut = 0);
