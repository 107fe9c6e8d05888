using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
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

    private static byte[] Frame(StandInContainer container, (byte Stream, long At, byte[] Text) line)
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks(line.At / 100).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture);
        byte[] text = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time}{line.At % 100:00}Z ")), .. line.Text, .. container.Tty ? "\r\n"u8 : "\n"u8];
        if (container.Tty)
        {
            return text;
        }

        var frame = new byte[8 + text.Length];
        frame[0] = line.Stream;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)text.Length);
        text.CopyTo(frame, 8);
        return frame;
    }

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

    private async Task AnswerAsync(HttpContext http)
    {
        var path = Version().Replace(http.Request.Path, "");
        lock (gate)
        {
            Asked.Add(path);
        }

        if (Otherwise(path) is var (status, body))
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync(body);
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborts.Token, http.RequestAborted);
        try
        {
            await (path switch
            {
                "/version" => JsonAsync(http, new JsonObject { ["Version"] = "27.0.0", ["ApiVersion"] = ApiVersion, ["MinAPIVersion"] = MinApiVersion }),
                "/info" => JsonAsync(http, new JsonObject { ["SystemTime"] = clock.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture) }),
                "/events" => EventsAsync(http, ends.Token),
                "/containers/json" => JsonAsync(http, List()),
                _ => ContainerAsync(http, path, ends.Token),
            });
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
    }

    private JsonArray List()
    {
        lock (gate)
        {
            return new JsonArray([.. containers.Values.Select(c => c.Listed())]);
        }
    }

    private async Task ContainerAsync(HttpContext http, string path, CancellationToken cancellationToken)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["exec", _, var step])
        {
            await ExecAsync(http, step);
            return;
        }

        StandInContainer? container;
        JsonObject? answer = null;
        lock (gate)
        {
            container = parts is ["containers", var key, _] ? containers.GetValueOrDefault(key) ?? containers.Values.FirstOrDefault(c => c.Name == key) : null;
            answer = (container, parts[^1]) switch
            {
                (null, _) => null,
                (_, "json") => container.Inspected(),
                (_, "stats") => container.Stats(clock.GetUtcNow()),
                (_, "exec") => new JsonObject { ["Id"] = "e1" },
                _ => null,
            };
        }

        if (container is null)
        {
            http.Response.StatusCode = 404;
            await JsonAsync(http, new JsonObject { ["message"] = $"No such container: {(parts.Length > 1 ? parts[1] : "")}" });
        }
        else if (answer is not null)
        {
            await JsonAsync(http, answer);
        }
        else if (parts[^1] == "logs")
        {
            await LogsAsync(http, container, cancellationToken);
        }
        else
        {
            Act(container, parts[^1]);
            http.Response.StatusCode = 204;
        }
    }

    private void Act(StandInContainer container, string order)
    {
        if (order is "stop" or "restart" && container.Status == "running")
        {
            Stop(container);
        }

        if (order is "start" or "restart")
        {
            Start(container);
        }
    }

    private static async Task ExecAsync(HttpContext http, string step)
    {
        if (step == "json")
        {
            await JsonAsync(http, new JsonObject { ["Running"] = false, ["ExitCode"] = 0 });
            return;
        }

        await http.Response.Body.WriteAsync(new byte[] { 1, 0, 0, 0, 0, 0, 0, 5, (byte)'d', (byte)'o', (byte)'n', (byte)'e', (byte)'\n' });
    }

    private async Task EventsAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var (since, until) = (Nanoseconds(http.Request.Query["since"]) ?? 0, Nanoseconds(http.Request.Query["until"]));
        await http.Response.StartAsync(cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
        Interlocked.Add(ref listening, until is null ? 1 : 0);
        try
        {
            do
            {
                Task next;
                List<(long At, string Line)> due;
                lock (gate)
                {
                    next = changed.Task;
                    due = [.. events.Where(e => e.At >= since && !(e.At > until))];
                }

                foreach (var (at, line) in due)
                {
                    await http.Response.WriteAsync(line + "\n", cancellationToken);
                    since = at + 1;
                }

                await http.Response.Body.FlushAsync(cancellationToken);
                if (until is null)
                {
                    await next.WaitAsync(cancellationToken);
                }
            }
            while (until is null);
        }
        finally
        {
            Interlocked.Add(ref listening, until is null ? -1 : 0);
        }
    }

    private async Task LogsAsync(HttpContext http, StandInContainer container, CancellationToken cancellationToken)
    {
        var query = http.Request.Query;
        var since = Nanoseconds(query["since"]) ?? 0;
        await http.Response.StartAsync(cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
        var sent = int.TryParse(query["tail"], CultureInfo.InvariantCulture, out var tail) ? Math.Max(0, container.Log.Count - tail) : 0;
        while (true)
        {
            Task next;
            List<(byte Stream, long At, byte[] Text)> due;
            bool runs;
            lock (gate)
            {
                next = changed.Task;
                due = [.. container.Log.Skip(sent)];
                runs = container.Status == "running";
            }

            sent += due.Count;
            foreach (var line in due.Where(l => l.At >= since))
            {
                await http.Response.Body.WriteAsync(Frame(container, line), cancellationToken);
            }

            await http.Response.Body.FlushAsync(cancellationToken);
            if (query["follow"] != "1" || !runs)
            {
                return;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private static Task JsonAsync(HttpContext http, JsonNode answer)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(answer.ToJsonString());
    }

    private static long? Nanoseconds(string? seconds) =>
        decimal.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var at) ? (long)(at * 1_000_000_000) : null;

    [GeneratedRegex(@"^/v1\.\d+")]
    private static partial Regex Version();
}
