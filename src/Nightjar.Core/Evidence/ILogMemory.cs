using Nightjar.Core.Services;

namespace Nightjar.Core.Evidence;

/// <summary>What the log engine learned of a service's log, kept over restarts. Only the engine can read what it kept.</summary>
public interface ILogMemory
{
    Task<byte[]?> LoadAsync(ServiceName service, CancellationToken cancellationToken);

    Task SaveAsync(ServiceName service, byte[] state, CancellationToken cancellationToken);
}
