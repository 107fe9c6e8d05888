using System.Diagnostics;
using System.Globalization;

namespace Nightjar.Benchmarks;

/// <summary>The built program as a process of its own, as a user runs it.</summary>
internal static class NightjarProcess
{
    public static Process Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "nightjar.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
    }

    /// <summary>A configuration with so many services, each with a log file of its own and a health address.</summary>
    public static string WriteConfig(string folder, int services, int port, Uri? health)
    {
        var yaml = new StringWriter();
        yaml.WriteLine($"state: '{folder}/state'\ndashboard: {{ listen: '127.0.0.1:{port}' }}\nservices:");
        for (var i = 0; i < services; i++)
        {
            var log = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"service-{i}.log"));
            File.WriteAllText(log, "started\n");
            yaml.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  - name: service-{i}\n    logs: '{log}'"));
            if (health is not null)
            {
                yaml.WriteLine($"    health: {health}");
            }
        }

        var path = Path.Combine(folder, "nightjar.yaml");
        File.WriteAllText(path, yaml.ToString());
        return path;
    }

    /// <summary>Waits until the daemon's port answers.</summary>
    public static async Task ReadyAsync(int port, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var tries = 0; tries < 1_000; tries++)
        {
            try
            {
                if ((await http.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"), cancellationToken)).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (tries < 999)
            {
                // Not listening yet: that is what is being measured.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }

        throw new TimeoutException("the daemon did not answer within 10 s");
    }

    public static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Ends it as a service manager would, and waits.</summary>
    public static async Task StopAsync(Process process, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
    }
}
