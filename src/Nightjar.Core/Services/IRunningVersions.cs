namespace Nightjar.Core.Services;

/// <summary>Asks which commit of a service runs now.</summary>
public interface IRunningVersions
{
    /// <summary>The text that the service's version URL or command gave; null when it has none or gave none.</summary>
    Task<string?> ReadAsync(Service service, CancellationToken cancellationToken);
}
