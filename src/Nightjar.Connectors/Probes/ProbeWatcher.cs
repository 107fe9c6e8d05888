using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Probes;

/// <summary>Looks at every endpoint of every service, each at its own pace.</summary>
/// <param name="chance">0 to 1: where in its first interval each probe begins, so that they do not all ask at once.</param>
internal sealed partial class ProbeWatcher(Catalogue catalogue, ISignalDoor door, Web web, Func<double> chance, TimeProvider clock, ILogger logger) : IWatcher
{
    private readonly ImmutableArray<ProbeState> states = [.. catalogue.All.SelectMany(s => s.Probes.Select(p => new ProbeState(s, p)))];
    private volatile string? trouble;

    public string Name => "http probes";

    public WatcherHealth Health => new(trouble is null, string.Join("; ", new[] { Counts(), Failing(), Recovery(), trouble }.OfType<string>()));

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(states.Select(s => WatchAsync(s, cancellationToken)).Append(Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken)));

    public DateTimeOffset? LastWell(ServiceName service, string probe) => states.FirstOrDefault(s => s.Service == service && s.Probe.Name == probe)?.WellAt;

    private string Counts() => $"{states.Count(s => s.IsKnown && s.Failures == 0)} of {states.Length} probes answer as they should";

    private string? Failing() => states.FirstOrDefault(s => s.Failures > 0) is { } failing ? $"{failing.Name} fails: {failing.LastFailure}" : null;

    private string? Recovery() => states.Select(s => s.Recovery).OfType<(DateTimeOffset At, string Says)>().OrderByDescending(r => r.At).Select(r => r.Says).FirstOrDefault();

    private async Task WatchAsync(ProbeState state, CancellationToken cancellationToken)
    {
        await Task.Delay(state.Probe.Every * chance(), clock, cancellationToken);
        using var timer = new PeriodicTimer(state.Probe.Every, clock);
        do
        {
            var result = await ProbeCheck.RunAsync(web, state.Probe, clock, cancellationToken);
            var signal = state.Take(result, clock.GetUtcNow());
            if (signal is not null)
            {
                await TellAsync(state, signal, cancellationToken);
            }
            else if (state.Recovered)
            {
                Recovered(state.Name);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task TellAsync(ProbeState state, Signal signal, CancellationToken cancellationToken)
    {
        try
        {
            await door.AcceptAsync(signal, cancellationToken);
            trouble = null;
        }
#pragma warning disable CA1031 // Whatever keeps a signal from being taken in (a full disk, say), the watching goes on: the probe fails again soon.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            trouble = $"the failure of {state.Name} could not be handed over: {e.Message}";
            HandOverFailed(state.Name, e);
        }
    }

    [LoggerMessage(3201, LogLevel.Information, "Probe {Probe} recovered")]
    private partial void Recovered(string probe);

    [LoggerMessage(3202, LogLevel.Error, "A failure of probe {Probe} could not be handed over")]
    private partial void HandOverFailed(string probe, Exception exception);
}
