using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Alerts;

/// <summary>Where alerts are kept and looked up.</summary>
public sealed record AlertStores(IRates Rates, IWatchMarks Marks, IJournal Journal, OpenIncidents Open);

/// <summary>
/// Takes in the alerts of others. What fires is a signal of the service that its labels name; what is resolved is kept as evidence for
/// verification. An alert of a service that nobody looks after opens nothing, but is logged, journaled, counted and shown.
/// </summary>
public sealed partial class AlertRoom(ImmutableArray<AlertReceiverOptions> receivers, Catalogue catalogue, ISignalDoor door, AlertStores stores, TimeProvider clock, ILogger<AlertRoom> logger) : IAlertDoor, IAlertAnswers, IWatcher
{
    /// <summary>A signed event older than this is no new one; PagerDuty tries for less long than that.</summary>
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(2);

    /// <summary>An alert that claims to fire for longer has a broken clock.</summary>
    private static readonly TimeSpan LongestFiring = TimeSpan.FromDays(30);

    /// <summary>Different alerts of unknown services that are told one by one.</summary>
    private const int MostStrangers = 500;

    private readonly AlertBook book = new(stores.Rates, stores.Marks);
    private readonly SemaphoreSlim inTurn = new(1, 1);
    private readonly HashSet<(string Receiver, string Service, string Alert)> strangers = [];
    private readonly AlertFigures figures = new();

    public string Name => "alerts";

    public WatcherHealth Health => new(true, figures.Says(receivers));

    /// <summary>Alerts come to it: it waits.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);

    public Task<AlertStanding?> StandingAsync(ServiceName service, string alert, CancellationToken cancellationToken) => book.StandingAsync(service, alert, cancellationToken);

    public async Task<AlertReply> TakeAsync(string receiver, AlertDelivery delivery, CancellationToken cancellationToken)
    {
        if (receivers.FirstOrDefault(r => r.Name == receiver) is not { } known)
        {
            return new AlertReply(AlertVerdict.Unknown, "No receiver of this name is configured");
        }

        if (!AlertAuth.IsGenuine(known, delivery))
        {
            figures.Refused();
            Refused(known.Name);
            return new AlertReply(AlertVerdict.Unauthenticated, known.Kind == AlertKind.PagerDuty ? "The signature in X-PagerDuty-Signature is missing or wrong" : $"Show the receiver's secret as {(known.User is null ? "a bearer token" : "the password of basic authentication")}");
        }

        AlertBatch batch;
        try
        {
            batch = AlertPayloads.Read(known.Kind, delivery.Body);
        }
        catch (FormatException e)
        {
            figures.Refused();
            Malformed(known.Name, e.Message);
            return new AlertReply(AlertVerdict.Malformed, $"Nothing was taken: {e.Message}");
        }

        // One after the other: what stands of an alert is read, changed and written.
        await inTurn.WaitAsync(cancellationToken);
        try
        {
            return await TakeAsync(known, batch, cancellationToken);
        }
        finally
        {
            inTurn.Release();
        }
    }

    private async Task<AlertReply> TakeAsync(AlertReceiverOptions receiver, AlertBatch batch, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (batch.EventId is { } id && (now - batch.SentAt > Oldest || await book.HasTakenAsync(receiver.Name, id, cancellationToken)))
        {
            return new AlertReply(AlertVerdict.Replayed, "This event was taken before, or is too old; nothing was done");
        }

        var told = batch.Alerts.Select(a => (Service: ServiceOf(receiver, a), Alert: a, At: Moment(a.At, now))).ToList();
        var known = told.Where(t => t.Service is not null).Select(t => (Service: t.Service?.Name ?? default, t.Alert, t.At)).ToList();
        if (batch.EventId is not null && known is [{ Alert.IsFiring: true } one] && await book.HasEndedSinceAsync(one.Service, one.Alert, one.At, cancellationToken))
        {
            known = [];
            told = [];
        }

        // How it stands first: whoever works on the signal asks for it.
        var ended = await book.WriteAsync(known, cancellationToken);
        foreach (var (service, alert, at) in known.Where(t => t.Alert.IsFiring))
        {
            await door.AcceptAsync(SignalOf(service, alert, at), cancellationToken);
        }

        foreach (var (_, alert, _) in told.Where(t => t.Service is null))
        {
            await MeetAsync(receiver, alert, now, cancellationToken);
        }

        foreach (var (service, alert, at) in ended)
        {
            await NoteEndAsync(receiver, service, alert, at, cancellationToken);
        }

        if (batch.EventId is { } taken)
        {
            await book.HasTakenNowAsync(receiver.Name, taken, cancellationToken);
        }

        var (strange, left) = (told.Count - known.Count, batch.LeftOut);
        figures.Took(known.Count(t => t.Alert.IsFiring), known.Count(t => !t.Alert.IsFiring), strange, left);
        return new AlertReply(AlertVerdict.Taken, string.Create(CultureInfo.InvariantCulture, $"{known.Count} alerts taken, {strange} about services that nobody looks after, {left} left out"));
    }

    /// <summary>Null for a service that nobody configured.</summary>
    private Service? ServiceOf(AlertReceiverOptions receiver, IncomingAlert alert) =>
        receiver.Labels
            .Select(l => alert.Labels.GetValueOrDefault(l) is { Length: > 0 } value ? catalogue.Find(new ServiceName(receiver.Services.GetValueOrDefault(value, value))) : null)
            .FirstOrDefault(s => s is not null)
        ?? (receiver.Otherwise is { } otherwise ? catalogue.Find(new ServiceName(otherwise)) : null);

    private static Signal SignalOf(ServiceName service, IncomingAlert alert, DateTimeOffset at) => new()
    {
        Kind = SignalKind.Alert,
        Service = service,
        At = at,
        Source = alert.Name,
        Message = alert.Message,
        Severity = alert.Severity,
        Samples = [string.Join('\n', alert.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}: {l.Value}"))],
    };

    /// <summary>By the sender's clock, as far as that can be: a repeat of an alert then tells of the same moment, not of a new one.</summary>
    private static DateTimeOffset Moment(DateTimeOffset? at, DateTimeOffset now) =>
        at is { } said && said <= now && said >= now - LongestFiring ? said : now;

    private async Task MeetAsync(AlertReceiverOptions receiver, IncomingAlert alert, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var named = receiver.Labels.Select(l => alert.Labels.GetValueOrDefault(l)).FirstOrDefault(v => v is { Length: > 0 }) ?? "(no label)";
        if (strangers.Count >= MostStrangers || !strangers.Add((receiver.Name, named, alert.Name)))
        {
            return;
        }

        Stranger(receiver.Name, SourceHttp.Line(alert.Name), SourceHttp.Line(named));
        await stores.Journal.AppendAsync(
            new JournalEntry { At = now, Actor = $"alerts {receiver.Name}", Act = "unknown-service", Why = $"alert {SourceHttp.Line(alert.Name)} is about {SourceHttp.Line(named)}, which no configured service is called: {SourceHttp.Line(alert.Message)}" },
            cancellationToken);
        figures.Met(named);
    }

    private async Task NoteEndAsync(AlertReceiverOptions receiver, ServiceName service, string alert, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var signal = new Signal { Kind = SignalKind.Alert, Service = service, At = at, Source = alert }.Bounded();
        if (stores.Open.TryFind(Fingerprint.Of(signal, FingerprintStrategy.Evidence).Hash, out var incident))
        {
            await stores.Journal.AppendAsync(
                new JournalEntry { Incident = incident, At = clock.GetUtcNow(), Actor = $"alerts {receiver.Name}", Act = "alert-resolved", Why = $"alert {SourceHttp.Line(alert)} was resolved at {at:u}" },
                cancellationToken);
        }
    }

    [LoggerMessage(3611, LogLevel.Warning, "Refused a delivery to alert receiver {Receiver}: wrong secret or signature")]
    private partial void Refused(string receiver);

    [LoggerMessage(3612, LogLevel.Warning, "Refused a delivery to alert receiver {Receiver}: {Why}")]
    private partial void Malformed(string receiver, string why);

    [LoggerMessage(3613, LogLevel.Warning, "Alert receiver {Receiver} took alert {Alert} about {Service}, which no configured service is called; nothing was opened")]
    private partial void Stranger(string receiver, string alert, string service);
}
