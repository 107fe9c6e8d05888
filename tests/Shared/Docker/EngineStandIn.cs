using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Nightjar.Testing;

/// <summary>A Docker Engine without containers: a real server on a Unix socket that speaks the engine's API, whose containers the test moves.</summary>
public sealed partial class EngineStandIn(string socket, TimeProvider clock) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, StandInContainer> containers = [];
    private readonly List<(long At, string Line)> events = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? server;
    private CancellationTokenSource aborts = new();
    private int listening;
    private long last;
    private int made;

    public string Host => $"unix://{socket}";

    public string ApiVersion { get; set; } = "1.47";

    public string MinApiVersion { get; set; } = "1.24";

    /// <summary>The paths of all questions, without the version.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Answers another way than by the containers; null leaves it to them.</summary>
    public Func<string, (int Status, string Body)?> Otherwise { get; set; } = _ => null;

    /// <summary>Streams of events that are open without an end.</summary>
    public int Listening => Volatile.Read(ref listening);

    public static async Task<EngineStandIn> StartAsync(TimeProvider clock)
    {
        var engine = new EngineStandIn(Path.Combine(Path.GetTempPath(), $"nj-{Guid.NewGuid():N}.sock"), clock);
        await engine.ComeBackAsync();
        return engine;
    }

    public async Task ComeBackAsync()
    {
        File.Delete(socket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(socket));
        aborts = new CancellationTokenSource();
        server = builder.Build();
        server.Run(AnswerAsync);
        await server.StartAsync();
    }

    public async Task GoAwayAsync()
    {
        if (server is not null)
        {
            await aborts.CancelAsync();
            await server.StopAsync(new CancellationToken(true));
            await server.DisposeAsync();
            server = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await GoAwayAsync();
        File.Delete(socket);
        aborts.Dispose();
    }

    /// <summary>Makes a container and starts it.</summary>
    public StandInContainer Run(string name, Func<string, StandInContainer>? make = null)
    {
        lock (gate)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{++made:x4}{new string('0', 60)}");
            var container = make?.Invoke(id) ?? new StandInContainer(id, name);
            containers[id] = container;
            Start(container);
            return container;
        }
    }

    public void Start(StandInContainer container) => Change(() =>
    {
        (container.Status, container.StartedAt, container.ExitCode, container.OomKilled) = ("running", clock.GetUtcNow(), 0, false);
        Tell(container.Event("start", Next()));
    });

    /// <summary>Its program ends by itself; a restart policy is not heeded.</summary>
    public void Die(StandInContainer container, int exitCode, string status = "exited") => Change(() =>
    {
        (container.Status, container.ExitCode, container.FinishedAt) = (status, exitCode, clock.GetUtcNow());
        Tell(container.Event("die", Next(), ("exitCode", exitCode.ToString(CultureInfo.InvariantCulture))));
    });

    /// <summary>As its policy does it: it ends, and is started again.</summary>
    public void DieAndRestart(StandInContainer container, int exitCode)
    {
        Die(container, exitCode, "restarting");
        container.Restarts++;
        Start(container);
    }

    public void RunOutOfMemory(StandInContainer container)
    {
        Change(() =>
        {
            container.OomKilled = true;
            Tell(container.Event("oom", Next()));
        });
        Die(container, 137);
    }

    /// <summary>docker stop.</summary>
    public void Stop(StandInContainer container, int exitCode = 137)
    {
        Kill(container, "15", exitCode);
        Change(() => Tell(container.Event("stop", Next())));
    }

    /// <summary>docker kill.</summary>
    public void Kill(StandInContainer container, string signal = "9", int exitCode = 137)
    {
        Change(() => Tell(container.Event("kill", Next(), ("signal", signal))));
        Die(container, exitCode);
    }

    public void Turn(StandInContainer container, string health, string output = "") => Change(() =>
    {
        (container.Health, container.HealthOutput) = (health, output);
        Tell(container.Event($"health_status: {health}", Next()));
    });

    public void Remove(StandInContainer container) => Change(() =>
    {
        containers.Remove(container.Id);
        Tell(container.Event("destroy", Next()));
    });

    public void Write(StandInContainer container, string text, byte stream = 1, long? at = null) => Write(container, Encoding.UTF8.GetBytes(text), stream, at);

    public void Write(StandInContainer container, byte[] text, byte stream = 1, long? at = null) => Change(() => container.Log.Add((stream, at ?? Next(), text)));

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            changed.SetResult();
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>No two moments are the same, as the real one's clock has it.</summary>
    private long Next() => last = Math.Max(last + 1, (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100);

    private void Tell(JsonObject line)
    {
        events.Add((last, line.ToJsonString()));
        events.RemoveRange(0, Math.Max(0, events.Count - 256));
    }
}
