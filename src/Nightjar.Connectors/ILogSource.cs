using Nightjar.Core.Evidence;

namespace Nightjar.Connectors;

/// <summary>A store that knows what a service logged. Throws <see cref="SourceException"/> when there is no answer.</summary>
internal interface ILogSource
{
    /// <summary>Null when the store has nothing of the service in [from, to).</summary>
    Task<LogDigest?> DigestAsync(string service, DateTimeOffset from, DateTimeOffset onset, DateTimeOffset to, CancellationToken cancellationToken);
}
