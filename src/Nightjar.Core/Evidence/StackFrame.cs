namespace Nightjar.Core.Evidence;

/// <summary>One frame of a stack trace, as the runtime printed it; the top frame comes first.</summary>
/// <param name="Function">Qualified as the runtime prints it; empty when unknown.</param>
/// <param name="File">Path as printed; null when the runtime gave none.</param>
/// <param name="Line">1-based; null when the runtime gave none.</param>
/// <param name="IsOwnCode">False for frames of the runtime, of dependencies and of generated code.</param>
public sealed record StackFrame(string Function, string? File, int? Line, bool IsOwnCode)
{
    public override string ToString() => File is null ? Function : $"{Function} in {File}:{Line}";
}
