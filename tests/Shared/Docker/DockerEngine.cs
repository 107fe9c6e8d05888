using System.Collections.Concurrent;
using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Nightjar.Testing;

/// <summary>A real Docker Engine of its own, in a folder of its own, with one image of a static busybox; ended by its id.</summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

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

    /// <summary>Why no engine can be started here; null when it is worth trying.</summary>
    public static string? WhyNot =>
        !File.Exists(Program) ? "there is no dockerd here (Debian: apt-get install docker.io)"
        : !File.Exists("/bin/busybox") ? "there is no static busybox here (Debian: apt-get install busybox-static)"
        : !Environment.IsPrivilegedProcess ? "only root can start a Docker Engine of its own"
        : null;

    private static string Program { get; } = File.Exists("/usr/sbin/dockerd") ? "/usr/sbin/dockerd" : "/usr/bin/dockerd";

    /// <exception cref="TimeoutException">It did not start; with what it said last.</exception>
    public static async Task<DockerEngine> StartAsync()
    {
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
            throw new TimeoutException($"no Docker Engine can be started here: {e.Message}; it said: {said}", e);
        }
    }

    /// <summary>
    /// In a network of its own: with or without a bridge, an engine deletes or takes over the machine's interface docker0, which may be that
    /// of the user's own Docker or of a cluster.
    /// </summary>
    public async Task ComeBackAsync()
    {
        var start = new ProcessStartInfo("unshare")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--net", "sh", "-c", "/bin/busybox ip link set lo up; exec \"$@\"", "sh", Program,
                "--host", Host, "--data-root", Path.Combine(folder, "data"), "--exec-root", Path.Combine(folder, "exec"), "--pidfile", Path.Combine(folder, "docker.pid"),
                "--storage-driver=vfs", "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-masq=false", "--exec-opt", "native.cgroupdriver=cgroupfs",
            },
        };
        process = Process.Start(start) ?? throw new InvalidOperationException("dockerd did not start");
        process.OutputDataReceived += (_, e) => lines.Enqueue(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => lines.Enqueue(e.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var began = Stopwatch.GetTimestamp(); !await AnswersAsync();)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"it did not answer within {Patience.TotalSeconds:0} s");
            }

            await Task.Delay(BetweenLooks, TimeProvider.System);
        }
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
        await CheckAsync(answer, path);
        return text.StartsWith('{') ? JsonNode.Parse(text) : null;
    }

    public async Task DeleteAsync(string name)
    {
        using var answer = await http.DeleteAsync($"containers/{name}?force=1");
        await CheckAsync(answer, name);
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
        await CheckAsync(answer, "the image");
    }

    private static async Task CheckAsync(HttpResponseMessage answer, string what)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{what}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
