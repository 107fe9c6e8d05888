namespace Nightjar.Core.Signals;

/// <summary>Where the webhooks of other alerting systems come in.</summary>
public interface IAlertDoor
{
    /// <summary>What it tells is on disk when this returns <see cref="AlertVerdict.Taken"/>.</summary>
    Task<AlertReply> TakeAsync(string receiver, AlertDelivery delivery, CancellationToken cancellationToken);
}

/// <summary>One delivery as it came, nothing of it believed yet.</summary>
/// <param name="Authorization">The header of that name; null when there was none.</param>
/// <param name="Signature">The header <c>X-PagerDuty-Signature</c>; null when there was none.</param>
public sealed record AlertDelivery(string? Authorization, string? Signature, ReadOnlyMemory<byte> Body);

public enum AlertVerdict
{
    Taken,

    /// <summary>The body is not what this kind of receiver is sent.</summary>
    Malformed,

    /// <summary>A wrong secret or signature, or none.</summary>
    Unauthenticated,

    /// <summary>There is no receiver of that name.</summary>
    Unknown,

    /// <summary>A signed delivery that was taken before, or is too old to be a new one.</summary>
    Replayed,
}

/// <summary>What the sender is told; <paramref name="Says"/> names no secret.</summary>
public sealed record AlertReply(AlertVerdict Verdict, string Says);
