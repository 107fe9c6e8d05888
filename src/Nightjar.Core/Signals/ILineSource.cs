using Nightjar.Core.Services;

namespace Nightjar.Core.Signals;

/// <summary>Log lines that come from elsewhere than a file: a container, the journal, standard input.</summary>
public interface ILineSource
{
    ServiceName Service { get; }

    /// <summary>For people and as the key of its marks; the same after a restart.</summary>
    string Name { get; }

    /// <summary>
    /// Gives what it has until it is cancelled or nothing more can come. Throws when the source goes away: whoever reads waits a little and
    /// follows again from the last marks.
    /// </summary>
    /// <param name="marks">For each stream the mark of the last batch that was taken in; a stream that is not in here begins now.</param>
    IAsyncEnumerable<LineBatch> FollowAsync(IReadOnlyDictionary<string, string> marks, CancellationToken cancellationToken);
}

/// <summary>Whole lines of one stream, without their ends, in order.</summary>
/// <param name="Stream">Whose lines they are: a container's id, a unit. Lines of different streams are never joined to one event.</param>
/// <param name="Mark">Where to go on after these lines; opaque to the reader. Null keeps the mark before.</param>
public sealed record LineBatch(string Stream, IReadOnlyList<ReadOnlyMemory<byte>> Lines, string? Mark)
{
    /// <summary>The stream under which a mark is kept that stands for all streams of a source.</summary>
    public const string AllStreams = "";

    /// <summary>When the lines were written, where the source knows: the time of those that carry none.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The mark is a place in one order of all streams, and is given back under <see cref="AllStreams"/>.</summary>
    public bool MarksAll { get; init; }
}
