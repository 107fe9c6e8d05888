namespace Nightjar.Connectors.Kubernetes;

/// <summary>Kinds of failure, by what can be done about them.</summary>
internal enum KubeFault
{
    /// <summary>There is no usable kubeconfig, or nothing to prove ourselves with.</summary>
    NoLogin,

    Unreachable,

    /// <summary>The server's certificate is not one that we may believe.</summary>
    Untrusted,

    /// <summary>401: the proof was not taken, also not a new one.</summary>
    Unauthorized,

    Forbidden,
    NotFound,

    /// <summary>409: the object is no longer the one that was seen, or is there already.</summary>
    Conflict,

    /// <summary>410: the server no longer knows what we ask to go on from.</summary>
    Gone,

    /// <summary>422 or 400: the server does not take what was asked.</summary>
    Invalid,

    /// <summary>429, or 5xx with a time to wait.</summary>
    TooMany,

    Unexpected,
}

/// <summary>Kubernetes, or the way to it, failed. The message says at what and what to do, for people.</summary>
internal sealed class KubeException(KubeFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public KubeFault Fault => fault;

    /// <summary>How long the server wants to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
