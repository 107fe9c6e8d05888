namespace Nightjar.Core.Healing;

/// <summary>Does some kinds of actions. It judges nothing: what may be done was decided before.</summary>
public interface IActuator
{
    bool Can(HealAction action);

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
public sealed record ActionResult(string Says);

/// <summary>An action could not be done; the message says why and what to do, for people.</summary>
public sealed class ActionFailedException(string message, Exception? inner = null) : Exception(message, inner);
