using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Docker;

/// <summary>Whether the engine answers, and what is told when it does not: one signal of a service called docker, not one of each container.</summary>
internal sealed partial class EngineAbsence(DockerOptions options, ISignalDoor door, Func<double> chance, TimeProvider clock, ILogger logger)
{
    public static readonly ServiceName Service = new("docker");

    /// <summary>Of the engine itself, as a workload.</summary>
    public const string Workload = "engine/docker";

    /// <summary>Failures in a row before it is a signal: a quarter of a minute, in which an engine that is restarted is back.</summary>
    public const int Failures = 3;

    private readonly PollPace pace = new(options.Sweep, chance);

    /// <summary>Null while it answers.</summary>
    public string? Why { get; private set; } = "Docker was not asked yet";

    public bool IsAway => Why is not null;

    public void Back(string engine)
    {
        if (Why is not null)
        {
            Connected(options.Host, engine);
        }

        Why = null;
        pace.Succeeded(TimeSpan.Zero);
    }

    /// <summary>It failed once more.</summary>
    /// <returns>How long to wait before it is asked again.</returns>
    public async Task<TimeSpan> FailedAsync(Exception failure, CancellationToken cancellationToken)
    {
        var says = failure is DockerException ? failure.Message : EngineWords.Line(failure.Message);
        if (pace.Failures == 0)
        {
            Left(says);
        }

        var rest = pace.Failed();
        Why = string.Create(CultureInfo.InvariantCulture, $"how containers are is unknown: {says} Asked {pace.Failures} times, again in {rest.TotalSeconds:0} s");
        if (pace.Failures >= Failures)
        {
            await TellAsync(says, cancellationToken);
        }

        return rest;
    }

    private async Task TellAsync(string says, CancellationToken cancellationToken)
    {
        try
        {
            await door.AcceptAsync(
                new Signal
                {
                    Kind = SignalKind.WorkloadFailure,
                    Service = Service,
                    At = clock.GetUtcNow(),
                    Workload = Workload,
                    Condition = "docker-unreachable",
                    Severity = Severity.Critical,
                    Message = $"Docker cannot be watched: {says}",
                },
                cancellationToken);
        }
#pragma warning disable CA1031 // Whatever keeps a signal from being taken in (a full disk, say), it comes again with the next failure.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            HandOverFailed(e);
        }
    }

    [LoggerMessage(3504, LogLevel.Information, "Docker at {Host} answered, version {Engine}")]
    private partial void Connected(string host, string engine);

    [LoggerMessage(3505, LogLevel.Warning, "Docker went away: {Why}")]
    private partial void Left(string why);

    [LoggerMessage(3506, LogLevel.Error, "The absence of Docker could not be handed over")]
    private partial void HandOverFailed(Exception exception);
}
