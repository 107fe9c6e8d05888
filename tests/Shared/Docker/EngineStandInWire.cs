using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Nightjar.Testing;

/// <summary>What the stand-in engine answers.</summary>
public sealed partial class EngineStandIn
{
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
}
