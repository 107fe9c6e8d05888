namespace Nightjar.Connectors.Docker;

/// <summary>Where the Docker Engine answers, and how it is reached.</summary>
public sealed record DockerOptions
{
    public const string DefaultHost = "unix:///var/run/docker.sock";

    /// <summary>As in <c>DOCKER_HOST</c>: <c>unix:///path</c> or <c>tcp://host:port</c>.</summary>
    public string Host { get; init; } = DefaultHost;

    /// <summary>How often everything is looked at; what changes is seen at once from the engine's events.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The authority that the engine's certificate must be of; it makes the connection TLS.</summary>
    public string? Ca { get; init; }

    /// <summary>Our certificate, and its key.</summary>
    public string? Cert { get; init; }

    public string? Key { get; init; }

    /// <summary>Whether <c>tcp://</c> without TLS may leave this machine.</summary>
    public bool Plain { get; init; }

    public bool IsTls => Ca is not null || Cert is not null;

    public string? SocketPath => Host.StartsWith("unix://", StringComparison.Ordinal) ? Host["unix://".Length..] : null;
}
