using System.Net.Sockets;

namespace Nightjar.Cli;

/// <summary>
/// <c>nightjar bridge SOCKET</c>, inside an agent's fence: carries standard input and output to the broker's socket, because a Model
/// Context Protocol client starts its server as a program. It knows nothing of either side.
/// </summary>
internal static class Bridge
{
    public const string Verb = "bridge";

    public static async Task<int> RunAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            await using var stream = new NetworkStream(socket);
            await using var input = Console.OpenStandardInput();
            await using var output = Console.OpenStandardOutput();
            await Task.WhenAny(input.CopyToAsync(stream), stream.CopyToAsync(output));
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            await Console.Error.WriteLineAsync($"nightjar bridge: {e.Message}");
            return ExitCode.Failed;
        }
    }
}
