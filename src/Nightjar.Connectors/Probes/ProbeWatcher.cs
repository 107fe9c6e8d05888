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

    public WatcherHealth Health
    {
        get
        {
            var failing = states.Where(s => s.Failures > 0).ToList();
            var first = failing.Count == 0 ? $"{states.Length} probes answer" : $"{failing.Count} of {states.Length} probes fail ({failing[0].Name}: {failing[0].LastFailure})";
            var recovery = states.Select(s => s.Recovery).LastOrDefault(r => r is not null);
            return new WatcherHealth(trouble is null, string.Join("; ", new[] { first, recovery, trouble }.OfType<string>()));
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(states.Select(s => WatchAsync(s, cancellationToken)));

    private async Task WatchAsync(ProbeState state, CancellationToken cancellationToken)
    {
        await Task.Delay(state.Probe.Every * chance(), clock, cancellationToken);
        using var timer = new PeriodicTimer(state.Probe.Every, clock);
        do
        {
            var result = await ProbeCheck.RunAsync(web, state.Probe, cancellationToken);
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
