using System.Threading.Channels;
using Nightjar.Core.Evidence;
using Nightjar.Core.Signals;

namespace Nightjar.Testing;

/// <summary>Keeps the signals that a watcher hands over, and the figures of its sweeps, for a test that waits for them.</summary>
public sealed class DockerDoor : ISignalDoor, IContainerFigures
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<Signal> signals = Channel.CreateUnbounded<Signal>();
    private readonly Channel<IReadOnlyList<ContainerFigure>> figures = Channel.CreateUnbounded<IReadOnlyList<ContainerFigure>>();

    /// <summary>Signals that nobody has taken.</summary>
    public IReadOnlyList<Signal> Untaken
    {
        get
        {
            var rest = new List<Signal>();
            while (signals.Reader.TryRead(out var signal))
            {
                rest.Add(signal);
            }

            return rest;
        }
    }

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken) => signals.Writer.WriteAsync(signal, cancellationToken);

    public async Task<Signal> SignalAsync() => await signals.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The first signal of that condition, whatever comes before it.</summary>
    public async Task<Signal> SignalAsync(string condition, string container)
    {
        while (true)
        {
            if (await SignalAsync() is { } signal && signal.Condition == condition && signal.Workload == $"container/{container}")
            {
                return signal;
            }
        }
    }

    /// <summary>The figures of the next sweep that has ended.</summary>
    public async Task<IReadOnlyList<ContainerFigure>> SweptAsync() => await figures.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public Task AddAsync(IReadOnlyList<ContainerFigure> figures, CancellationToken cancellationToken) => this.figures.Writer.WriteAsync(figures, cancellationToken).AsTask();

    public Task<IReadOnlyList<ContainerSlice>> SeriesAsync(string container, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<(string Container, TimeSpan Mean)>> SlowerThanAsync(TimeSpan mean, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<string, double>> UptimeAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();
}
