using Nightjar.Core.Signals;

namespace Nightjar.Tests.Web.Fakes;

/// <summary>Keeps what came in by the webhook of alerts.</summary>
internal sealed class WebAlerts : IAlertDoor
{
    public AlertReply Answer { get; set; } = new(AlertVerdict.Taken, "taken");

    public List<(string Receiver, AlertDelivery Delivery)> Taken { get; } = [];

    public Task<AlertReply> TakeAsync(string receiver, AlertDelivery delivery, CancellationToken cancellationToken)
    {
        Taken.Add((receiver, delivery));
        return Task.FromResult(Answer);
    }
}
