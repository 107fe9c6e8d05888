using System.Collections.Concurrent;
using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Nightjar.Live.Docker;

/// <summary>A real Docker Engine of its own, in a folder of its own, with one image of a static busybox; ended by its id.</summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("nj-docker-").FullName;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly HttpClient http;
    private Process? process;

    private DockerEngine()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        http = new HttpClient(handler) { BaseAddress = new Uri("http://docker/v1.41/"), Timeout = Patience };
    }

    public string Host => $"unix://{Socket}";

    private string Socket => Path.Combine(folder, "docker.sock");

    /// <summary>Skips the test where no engine can be started, with the reason.</summary>
    public static async Task<DockerEngine> StartAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/dockerd") || File.Exists("/usr/bin/dockerd"), "there is no dockerd here (Debian: apt-get install docker.io)");
        Assert.SkipUnless(File.Exists("/bin/busybox"), "there is no static busybox here (Debian: apt-get install busybox-static)");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can start a Docker Engine of its own");
        var engine = new DockerEngine();
        try
        {
            await engine.ComeBackAsync();
            await engine.ImportAsync();
            return engine;
        }
        catch (Exception e) when (e is TimeoutException or HttpRequestException)
        {
            var said = string.Join('\n', engine.lines.TakeLast(5));
            await engine.DisposeAsync();
            Assert.Skip($"no Docker Engine can be started here: {e.Message}; it said: {said}");
            throw;
        }
    }

    public async Task ComeBackAsync()
    {
        var program = File.Exists("/usr/sbin/dockerd") ? "/usr/sbin/dockerd" : "/usr/bin/dockerd";
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--host", Host, "--data-root", Path.Combine(folder, "data"), "--exec-root", Path.Combine(folder, "exec"), "--pidfile", Path.Combine(folder, "docker.pid"),
                "--storage-driver=vfs", "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-masq=false", "--exec-opt", "native.cgroupdriver=cgroupfs",
            },
        };
        process = Process.Start(start) ?? throw new InvalidOperationException("dockerd did not start");
        process.OutputDataReceived += (_, e) => lines.Enqueue(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => lines.Enqueue(e.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Until.HoldsAsync("Docker to answer", Patience, AnswersAsync);
    }

    /// <summary>As a service manager ends it: it ends its containers first.</summary>
    public async Task GoAwayAsync()
    {
        if (process is { HasExited: false } running)
        {
            using var kill = Process.Start("kill", ["-TERM", running.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            await running.WaitForExitAsync().WaitAsync(Patience);
        }

        process?.Dispose();
        process = null;
    }

    /// <summary>Makes a container without network and starts it; its id.</summary>
    public async Task<string> RunAsync(string name, string script, JsonObject? host = null, JsonObject? more = null)
    {
        var order = more ?? [];
        order["Image"] = "busybox:1";
        order["Cmd"] = new JsonArray("/bin/sh", "-c", script);
        host ??= [];
        host["NetworkMode"] = "none";
        order["HostConfig"] = host;
        var made = await PostAsync($"containers/create?name={name}", order);
        await PostAsync($"containers/{name}/start");
        return (string?)made?["Id"] ?? throw new InvalidOperationException($"{name} was not made");
    }

    public async Task<JsonNode?> PostAsync(string path, JsonObject? body = null)
    {
        using var answer = body is null ? await http.PostAsync(path, null) : await http.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return text.StartsWith('{') ? JsonNode.Parse(text) : null;
    }

    public async Task DeleteAsync(string name)
    {
        using var answer = await http.DeleteAsync($"containers/{name}?force=1");
        Assert.True(answer.IsSuccessStatusCode, name);
    }

    public async Task<string> GetAsync(string path) => await http.GetStringAsync(path);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (process is { HasExited: false })
            {
                var all = JsonNode.Parse(await GetAsync("containers/json?all=1"))?.AsArray() ?? [];
                await Task.WhenAll(all.Select(c => DeleteAsync((string?)c?["Id"] ?? "")));
            }
        }
        finally
        {
            await GoAwayAsync();
            http.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer = await http.GetAsync("_ping");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return process is { HasExited: true } ? throw new TimeoutException("dockerd ended") : false;
        }
    }

    private async Task ImportAsync()
    {
        using var image = new MemoryStream();
        await using (var tar = new TarWriter(image, leaveOpen: true))
        {
            foreach (var made in new[] { "bin", "tmp", "dev", "proc" })
            {
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, made));
            }

            await tar.WriteEntryAsync("/bin/busybox", "bin/busybox");
            foreach (var applet in new[] { "sh", "sleep", "cat", "echo", "true", "false", "test", "head", "tr", "printf", "kill", "touch", "rm" })
            {
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
            }
        }

        image.Position = 0;
        using var content = new StreamContent(image);
        content.Headers.ContentType = new("application/x-tar");
        using var answer = await http.PostAsync("images/create?fromSrc=-&repo=busybox&tag=1", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
