using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Nightjar.Testing.Kubernetes;

/// <summary>Logs of containers, with times before each line as kubelet has them.</summary>
public sealed partial class KubeStandIn
{
    private readonly ConcurrentDictionary<string, Log> logs = new(StringComparer.Ordinal);

    /// <summary>Readers of logs that are connected.</summary>
    public int LogReaders => logs.Values.Sum(l => l.Readers);

    /// <summary>A container writes; bytes as they are, without a line's end.</summary>
    public void Write(string space, string pod, string container, DateTimeOffset at, params byte[][] lines)
    {
        foreach (var line in lines)
        {
            LogOf($"/api/v1/namespaces/{space}/pods/{pod}/log", container).Add(at, line);
        }
    }

    public void Write(string space, string pod, string container, DateTimeOffset at, params string[] lines) => Write(space, pod, container, at, [.. lines.Select(Encoding.UTF8.GetBytes)]);

    /// <summary>The container ends, and its log with it.</summary>
    public void EndLog(string space, string pod, string container) => LogOf($"/api/v1/namespaces/{space}/pods/{pod}/log", container).End();

    private Log LogOf(string path, string container) => logs.GetOrAdd($"{path}#{container}", _ => new Log());

    private async Task<bool> LogAsync(HttpContext http, KubeAsked asked)
    {
        if (!asked.Path.EndsWith("/log", StringComparison.Ordinal))
        {
            return false;
        }

        var query = http.Request.Query;
        var log = LogOf(asked.Path, query["container"].ToString());
        var since = DateTimeOffset.TryParse(query["sinceTime"], CultureInfo.InvariantCulture, out var from) ? from : DateTimeOffset.MinValue;
        http.Response.ContentType = "text/plain";
        var (at, isFirst) = (query["tailLines"] == "0" ? log.Count : 0, true);
        log.Enter(1);
        try
        {
            while (true)
            {
                var (lines, isOver, more) = log.From(at);
                at += lines.Count;
                foreach (var (time, line) in lines.Where(l => l.At >= since))
                {
                    await http.Response.Body.WriteAsync(Encoding.ASCII.GetBytes($"{time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fffffff}00Z "), http.RequestAborted);
                    await http.Response.Body.WriteAsync(line, http.RequestAborted);
                    await http.Response.Body.WriteAsync("\n"u8.ToArray(), http.RequestAborted);
                    isFirst = false;
                }

                if (!isFirst)
                {
                    // As kubelet does: nothing at all is answered before the first line.
                    await http.Response.Body.FlushAsync(http.RequestAborted);
                }

                if (isOver)
                {
                    return true;
                }

                await more.WaitAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        finally
        {
            log.Enter(-1);
        }
    }

    private sealed class Log
    {
        private readonly Lock gate = new();
        private readonly List<(DateTimeOffset At, byte[] Line)> lines = [];
        private TaskCompletionSource news = New();
        private bool isOver;
        private int readers;

        public int Count
        {
            get
            {
                lock (gate)
                {
                    return lines.Count;
                }
            }
        }

        public int Readers => readers;

        public void Enter(int by) => Interlocked.Add(ref readers, by);

        public void Add(DateTimeOffset at, byte[] line) => Tell(() => lines.Add((at, line)));

        public void End() => Tell(() => isOver = true);

        public (List<(DateTimeOffset At, byte[] Line)> Lines, bool IsOver, Task More) From(int at)
        {
            lock (gate)
            {
                return ([.. lines.Skip(at)], isOver, news.Task);
            }
        }

        private void Tell(Action change)
        {
            TaskCompletionSource told;
            lock (gate)
            {
                change();
                (told, news) = (news, New());
            }

            told.SetResult();
        }
    }
}
