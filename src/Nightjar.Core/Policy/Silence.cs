namespace Nightjar.Core.Policy;

/// <summary>Signals of a service or a fingerprint that nobody wants to hear of until a time.</summary>
public sealed record Silence(long Id, string? Service, string? Hash, DateTimeOffset Until, string By, string Why, DateTimeOffset CreatedAt)
{
    public bool Covers(string service, string hash, DateTimeOffset now) =>
        now < Until && (Service is null || Service == service) && (Hash is null || Hash == hash);
}

public interface ISilences
{
    Task<Silence> AddAsync(string? service, string? hash, DateTimeOffset until, string by, string why, CancellationToken cancellationToken);

    /// <summary>Those that end after <paramref name="now"/>.</summary>
    Task<IReadOnlyList<Silence>> ActiveAsync(DateTimeOffset now, CancellationToken cancellationToken);

    Task<bool> EndAsync(long id, DateTimeOffset now, CancellationToken cancellationToken);
}
