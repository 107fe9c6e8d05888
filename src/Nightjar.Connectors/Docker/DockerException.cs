namespace Nightjar.Connectors.Docker;

internal enum DockerTrouble
{
    /// <summary>Nobody answers: no socket, not permitted, connection refused, broken off.</summary>
    Unreachable,

    /// <summary>It speaks no version of the API that we know.</summary>
    OtherVersion,

    /// <summary>No such container (any more).</summary>
    Gone,

    /// <summary>What was asked for does not fit how the container is now.</summary>
    Conflict,

    /// <summary>A proxy before the engine, or a plugin of it, does not allow it.</summary>
    Refused,

    /// <summary>The engine failed, or answered what we do not understand.</summary>
    Failed,
}

/// <summary>The engine did not do what was asked; the message says why and what to do, in words for people.</summary>
internal sealed class DockerException(DockerTrouble trouble, string says, Exception? inner = null) : Exception(says, inner)
{
    public DockerTrouble Trouble => trouble;
}
