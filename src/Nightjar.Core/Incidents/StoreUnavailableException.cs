namespace Nightjar.Core.Incidents;

/// <summary>The store cannot be written now (disk full, read-only, I/O error). Nothing may be done until it can: see the message.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
