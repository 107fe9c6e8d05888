using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Nightjar.Demo;

/// <summary>Where the shop listens and logs, and whom it asks about cards (nobody: every card is good).</summary>
internal sealed record PatientSettings(int Port, string LogFile, Uri? Payments = null)
{
    public Uri Url => new($"http://127.0.0.1:{Port}/");
}

/// <summary>
/// The running shop: a process in a session of its own, so that Ctrl-C in the terminal reaches us alone. It ends when its standard
/// input does; the other end is ours, and closes even when we are killed and cannot ask.
/// </summary>
internal sealed partial class PatientProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly Process process;
    private readonly Task<string> complaints;
    private readonly Task output;
    private readonly ILogger logger;
    private readonly TimeProvider clock;

    private PatientProcess(Process process, PatientBuild build, PatientSettings settings, ILogger logger, TimeProvider clock)
    {
        this.process = process;
        this.logger = logger;
        this.clock = clock;
        Build = build;
        Settings = settings;
        Id = process.Id;
        complaints = process.StandardError.ReadToEndAsync(CancellationToken.None);
        output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
    }

    public PatientBuild Build { get; }

    public PatientSettings Settings { get; }

    public int Id { get; }

    public bool HasExited => process.HasExited;

    /// <summary>A port of 127.0.0.1 that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts the shop and returns when it answers <c>/health</c> and names its commit.</summary>
    /// <exception cref="PatientException">It ended, or did not answer in time; nothing of it is left.</exception>
    public static async Task<PatientProcess> StartAsync(
        PatientBuild build, PatientSettings settings, ILogger logger, TimeProvider clock, CancellationToken cancellationToken)
    {
        var command = Command(build, settings);
        var patient = new PatientProcess(PatientCommand.Start(command.StartInfo()), build, settings, logger, clock);
        try
        {
            await patient.WaitUntilHealthyAsync(cancellationToken);
        }
        catch
        {
            await patient.DisposeAsync();
            throw;
        }

        patient.LogStarted(build.Commit, patient.Id, settings.Url);
        return patient;
    }

    /// <summary>Asks the shop to stop, waits a little, then kills it and its children. Does nothing when it has ended.</summary>
    public async Task StopAsync()
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(LongestStop, clock);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            LogStopped(Id, process.ExitCode);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            LogKilled(Id, LongestStop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await StopAsync();
        }

        await Task.WhenAll(output, complaints);
        process.Dispose();
    }

    private static PatientCommand Command(PatientBuild build, PatientSettings settings)
    {
        ImmutableArray<string> arguments =
        [
            build.Assembly, "--urls", settings.Url.ToString(), "--Log:File", Path.GetFullPath(settings.LogFile),
            "--Payments:Url", settings.Payments?.ToString() ?? "", "--StopWithInput", "true",
        ];
        var folder = Path.GetDirectoryName(build.Assembly) ?? ".";
        return OwnSession() is { } setsid
            ? new PatientCommand(setsid, folder, [PatientBuilder.Dotnet, .. arguments])
            : new PatientCommand(PatientBuilder.Dotnet, folder, arguments);
    }

    /// <summary>setsid is part of every Linux; without it (macOS) the shop shares our group and stops with us on Ctrl-C.</summary>
    private static string? OwnSession() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, "setsid")).FirstOrDefault(File.Exists);

    private async Task WaitUntilHealthyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Settings.Url, Timeout = TimeSpan.FromSeconds(2) };
        var started = clock.GetTimestamp();
        while (!await AnswersAsync(http, cancellationToken))
        {
            if (process.HasExited)
            {
                throw new PatientException($"The shop ended with code {process.ExitCode} while it started: {(await complaints).Trim()}");
            }

            if (clock.GetElapsedTime(started) > LongestStart)
            {
                throw new PatientException($"The shop did not answer {Settings.Url}health within {LongestStart.TotalSeconds:0} s");
            }

            await Task.Delay(BetweenLooks, clock, cancellationToken);
        }
    }

    /// <summary>Whoever answers must be ours: a stranger on the same port does not know our commit.</summary>
    private async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync("health", cancellationToken);
            return answer.IsSuccessStatusCode
                && (await http.GetStringAsync("version", cancellationToken)).Trim() == Build.Commit;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(7000, LogLevel.Information, "Started the patient at {Commit} as process {ProcessId} on {Url}")]
    private partial void LogStarted(string commit, int processId, Uri url);

    [LoggerMessage(7001, LogLevel.Information, "The patient, process {ProcessId}, stopped with code {ExitCode}")]
    private partial void LogStopped(int processId, int exitCode);

    [LoggerMessage(7002, LogLevel.Warning, "Killed the patient, process {ProcessId}: it had not stopped within {Patience}")]
    private partial void LogKilled(int processId, TimeSpan patience);
}
