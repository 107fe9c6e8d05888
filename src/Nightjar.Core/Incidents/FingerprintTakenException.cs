namespace Nightjar.Core.Incidents;

/// <summary>An incident was to be written as open with a fingerprint that another open incident owns. Nothing was written.</summary>
public sealed class FingerprintTakenException(string hash, IncidentId owner)
    : Exception($"Fingerprint {hash} belongs to the open incident {owner}")
{
    public string Hash { get; } = hash;

    public IncidentId Owner { get; } = owner;
}
