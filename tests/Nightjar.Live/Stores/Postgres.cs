using System.Diagnostics;
using System.Globalization;

namespace Nightjar.Live.Stores;

/// <summary>A real PostgreSQL that takes few connections, in a folder and on a port of its own; ended by its id.</summary>
internal sealed class Postgres : IAsyncDisposable
{
    /// <summary>Of these the server keeps three for itself.</summary>
    private const int MostConnections = 8;

    /// <summary>PostgreSQL does not run as root; nobody is everywhere.</summary>
    private static readonly string[] AsNobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];

    private readonly string folder;
    private readonly Process server;
    private readonly List<Process> clients = [];

    private Postgres(string folder, int port, Process server) => (this.folder, Port, this.server) = (folder, port, server);

    public int Port { get; }

    private static string? Programs => Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).LastOrDefault(b => File.Exists(Path.Combine(b, "initdb"))) : null;

    /// <summary>Skips the test where it is not installed.</summary>
    public static async Task<Postgres> StartAsync()
    {
        Assert.SkipWhen(Programs is null || !File.Exists("/usr/bin/psql"), "there is no PostgreSQL server here (Debian: apt-get install postgresql)");
        var (folder, port) = (Directory.CreateTempSubdirectory("nightjar-postgres-").FullName, BookShop.FreePort());
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Equal(0, (await RunAsync("chown", "nobody:nogroup", folder)).Code);
        }

        var data = Path.Combine(folder, "data");
        var made = await OwnAsync("initdb", "--auth=trust", "--username=postgres", "--no-sync", data);
        Assert.True(made.Code == 0, made.Says);
        var process = Process.Start(Own("postgres", "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", $"port={port}", "-c", $"max_connections={MostConnections}", "-c", "unix_socket_directories=", "-c", "fsync=off")) ?? throw new InvalidOperationException("postgres did not start");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var postgres = new Postgres(folder, port, process);
        await Until.HoldsAsync("PostgreSQL to take connections", TimeSpan.FromSeconds(30), async () => (await postgres.AskAsync("postgres", "CREATE ROLE app LOGIN")).Code == 0);
        return postgres;
    }

    /// <summary>What a client of the service is answered.</summary>
    public Task<(int Code, string Says)> AskAsync(string user, string sql) => RunAsync("/usr/bin/psql", "--no-psqlrc", "--host=127.0.0.1", $"--port={Port.ToString(CultureInfo.InvariantCulture)}", $"--username={user}", "--dbname=postgres", "--command", sql);

    /// <summary>Clients that hold a connection each, until there is none left.</summary>
    public async Task UseUpAsync()
    {
        for (var i = 0; i < MostConnections; i++)
        {
            clients.Add(Process.Start(Start("/usr/bin/psql", "--no-psqlrc", "--host=127.0.0.1", $"--port={Port.ToString(CultureInfo.InvariantCulture)}", "--username=app", "--dbname=postgres", "--command", "SELECT pg_sleep(600)")) ?? throw new InvalidOperationException("psql did not start"));
        }

        await Until.HoldsAsync("no connection to be left", TimeSpan.FromSeconds(20), async () => (await AskAsync("app", "SELECT 1")).Code != 0);
    }

    /// <summary>As a pool is reset: its connections are ended. That their clients were ended would not do: the server looks for them only when it answers.</summary>
    public Task ReleaseAsync() => AskAsync("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND query LIKE '%pg_sleep%'");

    /// <summary>The server is killed, and all that it had begun.</summary>
    public void Crash() => server.Kill(entireProcessTree: true);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients.Where(c => !c.HasExited))
        {
            client.Kill();
        }

        if (!server.HasExited)
        {
            server.Kill(entireProcessTree: true);
        }

        await server.WaitForExitAsync();
        clients.ForEach(c => c.Dispose());
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static Task<(int Code, string Says)> OwnAsync(string program, params string[] arguments) => EndAsync(Own(program, arguments));

    private static Task<(int Code, string Says)> RunAsync(string program, params string[] arguments) => EndAsync(Start(program, arguments));

    private static ProcessStartInfo Own(string program, params string[] arguments)
    {
        string[] all = [.. Environment.IsPrivilegedProcess ? AsNobody : [], Path.Combine(Programs ?? "", program), .. arguments];
        return Start(all[0], all[1..]);
    }

    private static ProcessStartInfo Start(string program, params string[] arguments) => new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };

    private static async Task<(int Code, string Says)> EndAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        var says = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(says).Trim());
    }
}
