namespace Nightjar.Core.Signals;

public enum SignalKind
{
    ErrorRate,
    LogTrigger,
    ProbeFailure,
    WorkloadFailure,
    NodeFailure,
    Alert,
    Finding,
}

public enum Severity
{
    Info,
    Warning,
    Critical,
}
