using System.Collections.Concurrent;
using System.Diagnostics;

namespace Nightjar.Live.Stores;

/// <summary>A real server from a Debian package, on a port and in a folder of its own, ended by its id.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private Server(Process process) => this.process = process;

    /// <summary>Skips the test where the program is not installed; waits until <paramref name="ready"/> answers 200.</summary>
    public static async Task<Server> StartAsync(string program, string package, Uri ready, params string[] arguments)
    {
        var path = new[] { "/usr/bin", "/usr/sbin", "/usr/local/bin" }.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"there is no {program} here (Debian: apt-get install {package})");
        var start = new ProcessStartInfo(path ?? "", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var server = new Server(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
        server.process.OutputDataReceived += (_, e) => server.lines.Enqueue(e.Data ?? "");
        server.process.ErrorDataReceived += (_, e) => server.lines.Enqueue(e.Data ?? "");
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        try
        {
            using var http = new HttpClient();
            await Until.HoldsAsync($"{program} to answer", TimeSpan.FromSeconds(30), async () => await AnswersAsync(http, ready));
            return server;
        }
        catch (TimeoutException e)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"{e.Message}; it said:\n{string.Join('\n', server.lines)}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri ready)
    {
        try
        {
            using var answer = await http.GetAsync(ready);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
