using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Nightjar.Core.Healing;

namespace Nightjar.Connectors.Docker;

/// <summary>Restarts, stops and starts containers, and runs programs in them.</summary>
internal sealed class DockerActuator(DockerApi api, EngineReader engine) : IActuator
{
    private const string Kind = "container/";

    /// <summary>Bytes of a program's output that are told.</summary>
    private const int MostOutput = 4 * 1024;

    /// <summary>What the engine gives a container to end by itself, as the docker command does.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Question = TimeSpan.FromSeconds(10);

    public bool Can(HealAction action) => WorkloadOf(action)?.StartsWith(Kind, StringComparison.Ordinal) == true;

    public async Task<bool?> WasDoneAsync(HealAction action, DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            var state = await engine.InspectAsync(NameOf(action), cancellationToken) is { } found ? WireFacts.State(found) : null;
            return action switch
            {
                HealAction.Restart or HealAction.Start => state?.StartedAt >= since,
                HealAction.Stop => state is { IsDown: true } && state.FinishedAt >= since,
                _ => null,
            };
        }
        catch (DockerException)
        {
            return null;
        }
    }

    public async Task<ActionResult> DoAsync(HealAction action, CancellationToken cancellationToken)
    {
        var name = NameOf(action);
        try
        {
            // By its id: the name may belong to another one a moment later.
            var container = await engine.InspectAsync(name, cancellationToken) ?? throw new ActionFailedException($"There is no container {name} (any more); see docker ps -a, and start it the way it is usually started.");
            return action switch
            {
                HealAction.Restart => await OrderAsync(container, "restart", Wait(action), "restarted", action.Timeout, cancellationToken),
                HealAction.Stop => await OrderAsync(container, "stop", Wait(action), "stopped", action.Timeout, cancellationToken),
                HealAction.Start => await OrderAsync(container, "start", "", "started", action.Timeout, cancellationToken),
                HealAction.Exec exec => await ExecAsync(container, exec, cancellationToken),
                _ => throw new ActionFailedException($"Docker does no {action.GetType().Name}."),
            };
        }
        catch (DockerException e)
        {
            throw new ActionFailedException(e.Trouble switch
            {
                DockerTrouble.Gone => $"Container {name} went away meanwhile: {e.Message}",
                DockerTrouble.Conflict => $"Container {name} is not in a state for that: {e.Message}",
                _ => e.Message,
            }, e);
        }
    }

    private async Task<ActionResult> OrderAsync(InspectedContainer container, string order, string query, string done, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await api.PostAsync($"/containers/{container.Id}/{order}{query}", timeout, cancellationToken);
        return new ActionResult($"{done} container {WireFacts.Bare(container.Name ?? "")}");
    }

    private async Task<ActionResult> ExecAsync(InspectedContainer container, HealAction.Exec exec, CancellationToken cancellationToken)
    {
        if (container.State?.Status != "running")
        {
            throw new ActionFailedException($"Container {NameOf(exec)} does not run, so nothing can be run in it; start it first.");
        }

        var made = await SendAsync($"/containers/{container.Id}/exec", JsonContent.Create(new ExecOrder([.. exec.Command]), DockerJson.Default.ExecOrder), async (stream, stop) =>
            JsonSerializer.Deserialize(await DockerApi.ReadBoundedAsync(stream, MostOutput, stop), DockerJson.Default.ExecMade) ?? throw new JsonException("nothing"), Question, cancellationToken);
        var output = await SendAsync($"/exec/{made.Id}/start", JsonContent.Create(new ExecStart(), DockerJson.Default.ExecStart), ReadOutputAsync, exec.Timeout, cancellationToken);
        var state = await api.GetAsync($"/exec/{made.Id}/json", DockerJson.Default.ExecState, cancellationToken);
        var said = output.Length > 0 ? $": {output}" : "";
        return state is { Running: false, ExitCode: 0 }
            ? new ActionResult($"ran {exec.Command.FirstOrDefault()} in container {NameOf(exec)}{said}")
            : throw new ActionFailedException(string.Create(CultureInfo.InvariantCulture, $"{exec.Command.FirstOrDefault()} in container {NameOf(exec)} ended with exit code {state.ExitCode}{said}"));
    }

    private Task<T> SendAsync<T>(string path, HttpContent content, Func<Stream, CancellationToken, Task<T>> read, TimeSpan patience, CancellationToken cancellationToken) =>
        api.PostAsync(path, content, read, patience, cancellationToken);

    /// <summary>All of it is read, so that the program can end; the beginning is kept.</summary>
    private static async Task<string> ReadOutputAsync(Stream stream, CancellationToken cancellationToken)
    {
        var cutter = new LogLineCutter(isRaw: false);
        var lines = new List<LogLine>();
        var kept = new StringBuilder();
        var buffer = new byte[16 * 1024];
        int read;
        do
        {
            read = await stream.ReadAsync(buffer, cancellationToken);
            cutter.Take(buffer.AsSpan(0, read), lines);
            if (read == 0)
            {
                cutter.End(lines);
            }

            foreach (var line in lines.Where(_ => kept.Length < MostOutput))
            {
                kept.Append(kept.Length > 0 ? "\n" : "").Append(Encoding.UTF8.GetString(line.Text.AsSpan(0, Math.Min(line.Text.Length, MostOutput))));
            }

            lines.Clear();
        }
        while (read > 0);
        return kept.ToString();
    }

    private static string Wait(HealAction action)
    {
        var most = action.Timeout - TimeSpan.FromSeconds(2);
        return string.Create(CultureInfo.InvariantCulture, $"?t={Math.Max(1, (int)(most < Grace ? most : Grace).TotalSeconds)}");
    }

    private static string NameOf(HealAction action) => WorkloadOf(action)?[Kind.Length..] ?? "";

    private static string? WorkloadOf(HealAction action) => action switch
    {
        HealAction.Restart restart => restart.Workload,
        HealAction.Stop stop => stop.Workload,
        HealAction.Start start => start.Workload,
        HealAction.Exec exec => exec.Workload,
        _ => null,
    };
}
