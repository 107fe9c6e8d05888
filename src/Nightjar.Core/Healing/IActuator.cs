namespace Nightjar.Core.Healing;

/// <summary>Does some kinds of actions. It judges nothing: what may be done was decided before.</summary>
public interface IActuator
{
    bool Can(HealAction action);

    /// <summary>Looks at the target and says exactly what would be done; changes nothing. Null where the action itself says it all.</summary>
    /// <exception cref="ActionFailedException">As things are it cannot be done, or it is not ours to do.</exception>
    Task<ActionAim?> AimAsync(HealAction action, CancellationToken cancellationToken) => Task.FromResult<ActionAim?>(null);

    /// <summary>Puts back what was before an action that made things worse. Null where nothing can be put back.</summary>
    /// <exception cref="ActionFailedException">It could not be put back.</exception>
    Task<ActionResult?> TakeBackAsync(HealAction action, CancellationToken cancellationToken) => Task.FromResult<ActionResult?>(null);

    /// <summary>
    /// Whether the world shows that it was done after a moment: asked when an earlier run wrote that it would do it and was cut off. Null when
    /// the world cannot tell; then it is not done again.
    /// </summary>
    Task<bool?> WasDoneAsync(HealAction action, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Does it. That it was done proves nothing about whether it helped.</summary>
    /// <exception cref="ActionFailedException">It was refused, its target is gone, or it took too long.</exception>
    Task<ActionResult> DoAsync(HealAction action, CancellationToken cancellationToken);
}

/// <param name="Says">What happened, in a line for people.</param>
public sealed record ActionResult(string Says)
{
    /// <summary>The target as it was left, for the journal; bounded, without secrets. Null where there is none to see.</summary>
    public string? After { get; init; }
}

/// <summary>What a hand saw of its target, and what exactly it would do: kept until it is done, so that what is done is what was decided.</summary>
/// <param name="Says">What would be done, in a line for people.</param>
/// <param name="Plan">The hand's own note, which only it reads: which object in which version, and how to put it back.</param>
/// <param name="Before">The target as it was, for the journal; bounded, without secrets.</param>
public sealed record ActionAim(string Says, string Plan, string Before);

/// <summary>An action could not be done; the message says why and what to do, for people.</summary>
public sealed class ActionFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Not ours to do: somebody keeps the target from a source of their own. The message says what to change, and where.</summary>
    public bool IsLeft { get; init; }

    /// <summary>What would have to change in the manifests that it is kept from, value by value.</summary>
    public System.Collections.Immutable.ImmutableArray<ManifestChange> Changes { get; init; } = [];
}
