using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Healing;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>
/// Runs a program in a pod, over the WebSocket protocol of remotecommand (k8s.io/apimachinery, v4.channel.k8s.io; v5 is the same but for
/// its way to end standard input): each message begins with the number of its channel.
/// </summary>
internal sealed class PodExec(TimeProvider clock)
{
    private const byte Output = 1;
    private const byte Errors = 2;
    private const byte Outcome = 3;

    /// <summary>Bytes of output that are kept; all of it is read, so that the program can end.</summary>
    private const int MostKept = 16 * 1024;

    private const int LongestOutcome = 16 * 1024;

    private static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    /// <exception cref="ActionFailedException">It ended with another code than 0, or took too long.</exception>
    /// <exception cref="KubeException">The server refused, or nobody answered.</exception>
    public async Task<ActionResult> RunAsync(Sight sight, HealAction.Exec exec, CancellationToken cancellationToken)
    {
        var (pod, container) = Choose(sight);
        var program = exec.Command.FirstOrDefault() ?? throw new ActionFailedException("There is no command to run.");
        var where = $"pod {pod.Meta.Name}, container {container.Name}";
        var path = $"{sight.Target.Pod(pod.Meta.Name).Path}/exec?stdout=true&stderr=true&container={Uri.EscapeDataString(container.Name)}{string.Concat(exec.Command.Select(c => $"&command={Uri.EscapeDataString(c)}"))}";
        using var limit = new CancellationTokenSource(exec.Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var said = new Said();
        try
        {
            using var socket = await sight.Target.Api.OpenAsync(path, Protocols, $"run {program} in {where}", either.Token);
            await ReadAsync(socket, said, either.Token);
            var (code, why) = said.Outcome;
            return code == 0
                ? new ActionResult($"ran {program} in {where}, exit code 0{said.Shown}")
                : throw new ActionFailedException(code is { } number ? string.Create(CultureInfo.InvariantCulture, $"{program} in {where} ended with exit code {number}{said.Shown}") : $"{program} in {where} could not be run or nobody knows how it ended: {why}{said.Shown}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ActionFailedException(string.Create(CultureInfo.InvariantCulture, $"{program} in {where} took longer than {exec.Timeout.TotalSeconds:0.#} s and was left; it may still run there{said.Shown}"));
        }
    }

    /// <summary>A pod that runs, one in trouble first; of its containers the one that its owner names, else the first that runs.</summary>
    private (Pod Pod, Container Container) Choose(Sight sight)
    {
        var troubled = sight.Troubles(clock.GetUtcNow()).Select(t => t.Pod.Meta.Name).ToHashSet(StringComparer.Ordinal);
        var running = sight.Pods.Where(p => p.Meta.DeletedAt is null && p.Containers.Any(Runs)).OrderByDescending(p => troubled.Contains(p.Meta.Name)).ThenByDescending(p => p.Meta.CreatedAt).FirstOrDefault()
            ?? throw new ActionFailedException($"No pod of {sight.Target.Shown} runs, so nothing can be run in one.");
        var named = sight.Item.At("spec").At("template").At("metadata").Map("annotations").GetValueOrDefault("kubectl.kubernetes.io/default-container");
        return (running, running.Containers.FirstOrDefault(c => c.Name == named && Runs(c)) ?? running.Containers.First(Runs));
    }

    private static bool Runs(Container container) => container is { IsInit: false, Now.Phase: ContainerPhase.Running };

    private static async Task ReadAsync(WebSocket socket, Said said, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        byte? channel = null;
        while (true)
        {
            ValueWebSocketReceiveResult got;
            try
            {
                got = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            }
            catch (WebSocketException)
            {
                // Whoever speaks must say how it ended before it goes: then nobody knows.
                return;
            }

            if (got.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            var from = channel is null && got.Count > 0 ? 1 : 0;
            channel = from == 1 ? buffer[0] : channel;
            said.Take(channel, buffer.AsSpan(from, got.Count - from));
            channel = got.EndOfMessage ? null : channel;
        }
    }

    /// <summary>What came so far.</summary>
    private sealed class Said
    {
        private readonly MemoryStream kept = new();
        private readonly MemoryStream outcome = new();
        private long all;

        /// <summary>With a colon before it; empty when there is nothing.</summary>
        public string Shown => all == 0 ? "" : $": {Encoding.UTF8.GetString(kept.ToArray())}{(all > kept.Length ? string.Create(CultureInfo.InvariantCulture, $" … ({all} bytes in all)") : "")}";

        /// <summary>A Status: success, or a failure with the exit code among its causes.</summary>
        public (int? Code, string Why) Outcome
        {
            get
            {
                try
                {
                    using var status = JsonDocument.Parse(outcome.ToArray());
                    var root = status.RootElement;
                    var code = root.At("details").Items("causes").FirstOrDefault(c => c.Text("reason") == "ExitCode").Text("message");
                    return root.Text("status") == "Success" ? (0, "") : (int.TryParse(code, CultureInfo.InvariantCulture, out var number) && number != 0 ? number : null, root.Text("message"));
                }
                catch (JsonException)
                {
                    return (null, "the connection ended without a word of it");
                }
            }
        }

        public void Take(byte? channel, ReadOnlySpan<byte> bytes)
        {
            switch (channel)
            {
                case Output or Errors:
                    all += bytes.Length;
                    kept.Write(bytes[..(int)Math.Min(bytes.Length, MostKept - kept.Length)]);
                    break;
                case PodExec.Outcome:
                    outcome.Write(bytes[..(int)Math.Min(bytes.Length, LongestOutcome - outcome.Length)]);
                    break;
            }
        }
    }
}
