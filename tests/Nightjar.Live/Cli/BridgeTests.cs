using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Nightjar.Live.Cli;

/// <summary><c>nightjar bridge</c>, as the Claude Code program starts it inside the fence.</summary>
public sealed class BridgeTests
{
    [Fact]
    public async Task It_carries_bytes_both_ways_and_ends_with_either_side()
    {
        await using var place = new Place();
        using var listener = Listen(place.File("tools"));
        using var bridge = Start(place.File("tools"));
        using var broker = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        var odd = Encoding.UTF8.GetBytes("{\"a\":\"ü\"}\n\0\r\n");

        await bridge.StandardInput.BaseStream.WriteAsync(odd, TestContext.Current.CancellationToken);
        await bridge.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(odd, await ReadAsync(new NetworkStream(broker), odd.Length));
        await broker.SendAsync(odd, TestContext.Current.CancellationToken);
        Assert.Equal(odd, await ReadAsync(bridge.StandardOutput.BaseStream, odd.Length));

        broker.Close();
        await bridge.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, bridge.ExitCode);
    }

    [Fact]
    public async Task The_end_of_its_input_is_its_end()
    {
        await using var place = new Place();
        using var listener = Listen(place.File("tools"));
        using var bridge = Start(place.File("tools"));
        using var broker = await listener.AcceptAsync(TestContext.Current.CancellationToken);

        bridge.StandardInput.Close();

        await bridge.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, bridge.ExitCode);
        Assert.Equal(0, await broker.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_a_broker_it_says_so()
    {
        await using var place = new Place();
        using var bridge = Start(place.File("tools"));

        await bridge.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, bridge.ExitCode);
        Assert.StartsWith("nightjar bridge: ", await bridge.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static Socket Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        return listener;
    }

    private static Process Start(string socket) =>
        Process.Start(new ProcessStartInfo("dotnet", [Program.Assembly, "bridge", socket]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException("dotnet did not start");

    private static async Task<byte[]> ReadAsync(Stream from, int count)
    {
        var read = new byte[count];
        await from.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
        return read;
    }
}
