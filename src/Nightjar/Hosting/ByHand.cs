using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Hosting;

/// <summary>An investigation that a person asks for: of the most frequent error of the last minutes, or of the service as such.</summary>
internal sealed class ByHand(Intake intake, OpenIncidents open, ILogDigests digests, IntakeOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Back = TimeSpan.FromMinutes(15);

    /// <exception cref="InvalidOperationException">Nothing was opened, because the service is silenced or cools down.</exception>
    public async Task<IncidentId> InvestigateAsync(ServiceName service, string person, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var digest = await digests.DigestAsync(service, now - Back, now, cancellationToken);
        var top = digest?.ErrorGroups.FirstOrDefault();
        var signal = top is null
            ? new Signal { Kind = SignalKind.Alert, Service = service, At = now, Source = "by hand", Message = $"{person} asked" }
            : new Signal { Kind = SignalKind.LogTrigger, Service = service, At = now, ErrorClass = top.ErrorClass, Message = top.Message, Frames = top.Frames, Samples = [top.Sample] };
        signal = signal.Bounded();
        await intake.AcceptAsync(signal, cancellationToken);
        return open.TryFind(Fingerprint.Of(signal, options.Strategy).Hash, out var incident)
            ? incident
            : throw new InvalidOperationException($"{service} is silenced or cooling down, so nothing was opened; end that first (nightjar silence list)");
    }
}
