using System.Net;
using System.Net.Sockets;
using Nightjar.Core.Services;

namespace Nightjar.Configuration;

/// <summary>
/// Tries what the configuration names and no other room has to help with: folders, log files, commands, the port, URLs.
/// It changes nothing but one file that it writes into the state folder and deletes.
/// </summary>
/// <param name="http">Asked at most once per URL.</param>
/// <param name="environment">For PATH.</param>
internal sealed class ConfigurationCheck(HttpClient http, TimeProvider clock, Func<string, string?> environment)
{
    /// <summary>An endpoint that needs longer than this is slow for a person who waits for the check.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<CheckLine>> RunAsync(NightjarOptions options, CancellationToken cancellationToken)
    {
        var asked = options.Services.SelectMany(UrlsOf).Select(u => AskAsync(u, cancellationToken)).ToList();
        if (options.Heartbeat.Url is { } heartbeat)
        {
            asked.Add(AskAsync(new Asked("heartbeat", heartbeat, null, false), cancellationToken));
        }

        List<CheckLine> lines = [StateFolder.Check(options.State), Port(options.Dashboard)];
        foreach (var service in options.Services)
        {
            lines.AddRange(LogFiles.Check(service, hasSources: !options.Sources.IsEmpty || !options.Alerts.IsEmpty));
            if (service.Check is { } check)
            {
                lines.Add(Command($"{service.Name}: check", check.Command));
            }

            if (service.Lint is { } lint)
            {
                lines.Add(Command($"{service.Name}: lint", lint.Command));
            }

            if (service.RunningVersion?.Command is { } command)
            {
                lines.Add(Command($"{service.Name}: running version", command));
            }
        }

        lines.AddRange(await Task.WhenAll(asked));
        return lines;
    }

    private static IEnumerable<Asked> UrlsOf(Service service)
    {
        var probes = service.Probes.Select(p => new Asked($"{service.Name}: probe {p.Name}", p.Url, p.Status, true));
        return service.RunningVersion?.Url is { } version ? probes.Append(new Asked($"{service.Name}: running version", version, null, false)) : probes;
    }

    private async Task<CheckLine> AskAsync(Asked asked, CancellationToken cancellationToken)
    {
        var shown = Wording.WithoutCredentials(asked.Url.GetLeftPart(UriPartial.Path));
        using var limit = new CancellationTokenSource(LongestAnswer, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var answer = await http.GetAsync(asked.Url, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var status = (int)answer.StatusCode;
            var isWell = asked.Status is { } expected ? status == expected : answer.IsSuccessStatusCode;
            return isWell
                ? CheckLine.Ok(asked.What, $"{shown} answers {status}")
                : CheckLine.Warn(asked.What, $"{shown} answers {status}, not {asked.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "2xx"}", asked.IsProbe ? "If this is not a fault of the service, correct its url or status: an incident would open" : "Correct the URL");
        }
        catch (HttpRequestException e)
        {
            return CheckLine.Warn(asked.What, $"{shown} does not answer: {e.Message}", asked.IsProbe ? "Start the service, or correct the URL: an incident would open" : "Correct the URL, or see whether this machine may reach it");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CheckLine.Warn(asked.What, $"{shown} did not answer within {LongestAnswer.TotalSeconds:0} s", "See whether the service is well, and whether this machine may reach it");
        }
    }

    private static CheckLine Port(DashboardOptions dashboard)
    {
        try
        {
            using var listener = new TcpListener(dashboard.Listen) { ExclusiveAddressUse = true };
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            return IPAddress.IsLoopback(dashboard.Listen.Address)
                ? CheckLine.Ok("dashboard", $"{dashboard.Listen.Address}:{port} is free")
                : CheckLine.Warn("dashboard", $"{dashboard.Listen} is free, and other machines can reach it", $"{(dashboard.Url is null ? "Set dashboard.url to the address by which people reach it: under any other name it answers 421. " : "")}Put a proxy with TLS in front, or set dashboard.listen to 127.0.0.1:7677");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return CheckLine.Warn("dashboard", $"Port {dashboard.Listen.Port} is taken", "If that is not Nightjar itself, which then runs already, set dashboard.listen to another port");
        }
        catch (SocketException e)
        {
            return CheckLine.Fail("dashboard", $"{dashboard.Listen} cannot be listened on: {e.Message}", "Set dashboard.listen to an address of this machine and a port above 1023");
        }
    }

    private CheckLine Command(string what, string command)
    {
        var first = command.TrimStart().Split([' ', '\t', '\n', ';', '&', '|'], 2)[0];
        if (first.Contains('/', StringComparison.Ordinal) && !Path.IsPathRooted(first))
        {
            return CheckLine.Ok(what, $"{Wording.Quote(first)} is looked for in the clone when it runs");
        }

        if (first.Length == 0 || first.Any(c => !char.IsLetterOrDigit(c) && c is not ('-' or '_' or '.' or '/' or '+')))
        {
            return CheckLine.Ok(what, "is left to the shell");
        }

        var folders = Path.IsPathRooted(first) ? [""] : (environment("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(folders, f => IsProgram(Path.Join(f, first))) is { } folder
            ? CheckLine.Ok(what, $"{Path.Join(folder, first)} is there")
            : IsShellWord(first) ? CheckLine.Ok(what, "is left to the shell")
            : CheckLine.Fail(what, $"there is no program {Wording.Quote(first)} on the PATH", $"Install {Wording.Quote(first)}, or correct the command");
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

    private static bool IsShellWord(string word) =>
        word is "cd" or "set" or "export" or "if" or "for" or "while" or "exec" or "eval" or "source" or "." or "true" or "false" or "test" or "ulimit" or "umask";

    private sealed record Asked(string What, Uri Url, int? Status, bool IsProbe);
}
