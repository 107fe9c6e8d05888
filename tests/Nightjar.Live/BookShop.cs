using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nightjar.Live;

/// <summary>
/// A user's own service as Nightjar sees it: a log file in the words of a Node.js logger, a git repository whose commit of two
/// hours ago made prices fail, a check that fails for as long as the fault is there, and a configuration of ten lines.
/// </summary>
internal sealed class BookShop
{
    public const string Culprit = "Give members their discount";

    public const string ErrorClass = "MissingDiscountError";

    private const string Good =
        """
        export function price(item) {
          const full = item.units * item.cents;
          return full;
        }

        """;

    private const string Bad =
        """
        export function price(item) {
          const full = item.units * item.cents;
          const off = discountOf(item.member);
          return full - off.rate * full;
        }

        function discountOf(member) {
          if (!member) throw new MissingDiscountError('no discount for a guest');
          return member.discount;
        }

        """;

    private readonly Place place;

    private BookShop(Place place) => this.place = place;

    public string Config => Path.Combine(place.Work, "nightjar.yaml");

    public string Log => place.File("books.log");

    public string Bare => place.File("books.git");

    public int Port { get; private init; } = FreePort();

    private string Working => place.File("books");

    /// <summary>What the service's own check spends its time with; nobody else on this machine sleeps for exactly so long.</summary>
    public string CheckSleep { get; private init; } = "sleep 0";

    /// <param name="checkSeconds">How long the service's own check takes.</param>
    public static async Task<BookShop> BuildAsync(Place place, int checkSeconds = 0)
    {
        var service = new BookShop(place) { CheckSleep = checkSeconds == 0 ? "sleep 0" : string.Create(CultureInfo.InvariantCulture, $"sleep {checkSeconds}.{Random.Shared.Next(1_000_000):000000}") };
        if (checkSeconds > 0)
        {
            place.Signs.Add(service.CheckSleep);
        }

        Directory.CreateDirectory(service.Working);
        await Git.RunAsync(place.Folder, "init", "--quiet", "--bare", "-b", "main", service.Bare);
        await Git.RunAsync(place.Folder, "init", "--quiet", "-b", "main", service.Working);
        await service.CommitAsync("Price a basket", 20 * 24, ("src/price.js", Good), ("check.sh", $"{service.CheckSleep}\n! grep -q 'throw new MissingDiscountError' src/price.js\n"));
        await service.CommitAsync("Say what this is", 10 * 24, ("README.md", "# Books\n"));
        await service.CommitAsync(Culprit, 2, ("src/price.js", Bad));
        await service.CommitAsync("Say it better", 1, ("README.md", "# The book shop\n"));
        await Git.RunAsync(service.Working, "remote", "add", "origin", service.Bare);
        await Git.RunAsync(service.Working, "push", "--quiet", "origin", "main");
        await File.WriteAllTextAsync(service.Log, "");
        await service.ConfigureAsync();
        return service;
    }

    public async Task ConfigureAsync(string more = "") => await File.WriteAllTextAsync(
        Config,
        $$"""
        state: {{place.State}}
        dashboard: { listen: 127.0.0.1:{{Port}} }
        services:
          - name: books
            logs: {{Log}}
            repository: {{Bare}}
            check: sh check.sh
            verify: { window: 5s, minVolume: 50 }
        {{more}}
        """);

    /// <summary>Starts the daemon and waits until it follows the log.</summary>
    public async Task<Daemon> RunAsync()
    {
        var program = Program.Start(place, "run", "--config", Config);
        await program.SaysAsync("Sign in", TimeSpan.FromSeconds(20));
        var daemon = new Daemon(place, program, new Uri($"http://127.0.0.1:{Port}/"));
        await daemon.WaitAsync("the log to be followed", s => $"{s["watchers"]}".Contains("following 1 file", StringComparison.Ordinal), "status");
        return daemon;
    }

    /// <summary>Appends requests that were served now, the failed ones with their stack.</summary>
    public async Task ServeAsync(int well, int failed)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var lines = new StringBuilder();
        for (var i = 0; i < well; i++)
        {
            lines.Append(CultureInfo.InvariantCulture, $$$"""{"level":30,"time":"{{{now}}}","msg":"request completed","req":{"url":"/price"},"res":{"statusCode":200}}""").Append('\n');
        }

        for (var i = 0; i < failed; i++)
        {
            lines.Append(CultureInfo.InvariantCulture, $$$"""{"level":50,"time":"{{{now}}}","msg":"request errored","res":{"statusCode":500},"err":{"type":"{{{ErrorClass}}}","message":"no discount for a guest","stack":"{{{ErrorClass}}}: no discount for a guest\n    at discountOf (/app/src/price.js:8:22)\n    at price (/app/src/price.js:3:15)\n    at /app/node_modules/express/lib/layer.js:95:5"}}""").Append('\n');
        }

        await File.AppendAllTextAsync(Log, lines.ToString());
    }

    public Task<string[]> SubjectsAsync(string range) => Git.LinesAsync(Bare, "log", "--format=%s", range);

    public Task<string> HeadAsync() => Git.RunAsync(Bare, "rev-parse", "main");

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task CommitAsync(string message, int hoursAgo, params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(Working, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full) ?? Working);
            await File.WriteAllTextAsync(full, text);
        }

        await Git.RunAsync(Working, "add", "-A");
        var at = TimeProvider.System.GetUtcNow().AddHours(-hoursAgo).ToUnixTimeSeconds();
        await Git.RunAtAsync(Working, string.Create(CultureInfo.InvariantCulture, $"@{at} +0000"), "commit", "--quiet", "-m", message);
    }
}
