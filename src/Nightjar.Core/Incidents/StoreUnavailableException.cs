namespace Nightjar.Core.Incidents;

/// <summary>
/// The store cannot be read or written just now: disk full, read-only, an input/output error, held by another program. Nothing of
/// the refused step was written. Whoever acts must stop acting; the same call succeeds again once the cause is gone. The message
/// names the cause and what to do about it.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
