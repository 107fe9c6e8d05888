namespace Nightjar.Storage;

/// <summary>The store must not be used: damaged, of a newer program, or not ours. Nothing in it was changed. The message says what to do.</summary>
public sealed class StoreRefusedException(string message, Exception? inner = null) : Exception(message, inner);
