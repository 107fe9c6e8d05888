using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Kubernetes.Sharing;

/// <summary>
/// Watches a scope that others may watch as well. Who stands by sees all and tells nothing; when the scope goes over to it, it looks
/// anew, so that what is wrong is told at once.
/// </summary>
internal sealed class SharedScope(ScopeLease lease, ISignalDoor door) : ISignalDoor
{
    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken) => lease.IsOurs ? door.AcceptAsync(signal, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Until it is cancelled, or watching fails.</summary>
    /// <exception cref="KubeException">The cluster did not answer at the very beginning.</exception>
    public async Task RunAsync(Func<ISignalDoor, CancellationToken, Task> watch, CancellationToken cancellationToken)
    {
        await lease.StepAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var keeping = lease.KeepAsync(stop.Token);
        try
        {
            while (true)
            {
                await OneTurnAsync(watch, cancellationToken);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task OneTurnAsync(Func<ISignalDoor, CancellationToken, Task> watch, CancellationToken cancellationToken)
    {
        var turn = lease.Turn;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = watch(this, stop.Token);
        var isOver = await Task.WhenAny(watching, turn) == turn;
        await stop.CancelAsync();
        await (isOver ? watching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default) : watching);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
