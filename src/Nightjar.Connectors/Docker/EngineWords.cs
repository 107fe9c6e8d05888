using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Nightjar.Connectors.Docker;

/// <summary>What went wrong between the engine and us, and what to do about it, in words for people.</summary>
internal static class EngineWords
{
    private const int Longest = 300;

    public static DockerException OfStatus(HttpStatusCode status, string said, string path) => (int)status switch
    {
        404 => new DockerException(DockerTrouble.Gone, $"Docker knows no such thing (any more): {Line(said)}"),
        409 => new DockerException(DockerTrouble.Conflict, $"Docker refused it as the container is now: {Line(said)}"),
        401 or 403 => new DockerException(DockerTrouble.Refused, $"What stands before Docker does not allow {Shown(path)}{(said.Length > 0 ? $" ({Line(said)})" : "")}; let it through for Nightjar: containers, events, version, and POST where it is to heal."),
        400 when said.Contains("API version", StringComparison.OrdinalIgnoreCase) || said.Contains("client version", StringComparison.OrdinalIgnoreCase) => new DockerException(DockerTrouble.OtherVersion, $"Docker does not speak our version of its API: {Line(said)}"),
        _ => new DockerException(DockerTrouble.Failed, $"Docker answered {(int)status} to {Shown(path)}: {Line(said)}; its own log says more (journalctl -u docker)."),
    };

    public static DockerException OfFailure(DockerOptions options, Exception failure)
    {
        var socket = failure.InnerException as SocketException ?? failure.GetBaseException() as SocketException;
        var says = (socket?.SocketErrorCode, options.SocketPath) switch
        {
            (SocketError.AccessDenied, { } path) => $"This user ({Environment.UserName}) may not use the socket {path}. Add it to the group that owns the socket (usermod -aG docker {Environment.UserName}, then sign in again), or give it a socket proxy.",
            (SocketError.ConnectionRefused, { } path) => $"There is a socket {path}, but nobody answers on it: Docker is not running. Start it (systemctl start docker).",
            ({ }, { } path) when !File.Exists(path) => $"There is no socket {path}: Docker is not running, or it listens elsewhere. Start it (systemctl start docker), or set docker.host.",
            (SocketError.ConnectionRefused, null) => $"{options.Host} refuses connections: Docker does not listen there. Start it, or correct docker.host.",
            ({ }, _) => $"{options.Host} cannot be reached: {socket?.Message}. Start Docker, or correct docker.host.",
            _ when failure.InnerException is AuthenticationException tls => $"The TLS connection to {options.Host} failed: {Line(tls.Message)}. See whether docker.tls names the authority and the certificate that this engine knows.",
            _ => $"The connection to Docker at {options.Host} broke off: {Line(failure.Message)}",
        };
        return new DockerException(DockerTrouble.Unreachable, says, failure);
    }

    public static string Line(string text)
    {
        var line = new string([.. text.Take(Longest).Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return text.Length > Longest ? $"{line}…" : line;
    }

    /// <summary>Without its query, which is long.</summary>
    private static string Shown(string path) => path.Split('?', 2)[0];
}
