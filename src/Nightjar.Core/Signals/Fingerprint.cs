using System.Security.Cryptography;
using System.Text;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Signals;

/// <summary>How a fingerprint is made: from the class alone, or with evidence when the class says nothing.</summary>
public enum FingerprintStrategy
{
    Evidence,
    Class,
}

/// <summary>
/// Which problem a signal belongs to: the first 8 hex digits of sha256 over a few facts of the evidence.
/// The strategy and mask version it was made under stay with it, so open incidents are matched under their own.
/// </summary>
public readonly record struct Fingerprint(string Hash, FingerprintStrategy Strategy, int MaskVersion)
{
    private static readonly HashSet<string> Generic = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "Error", "Exception", "System.Exception", "java.lang.Exception", "java.lang.RuntimeException", "RuntimeException",
        "RuntimeError", "Throwable", "java.lang.Throwable", "panic", "errorString", "*errors.errorString", "Unhandled",
        "UnhandledException", "unknown", "AggregateException", "System.AggregateException", "ApplicationException",
        "System.ApplicationException", "AssertionError", "InternalServerError", "fatal",
    };

    /// <summary>The classes that many different bugs share, the empty one among them; upper and lower case are the same.</summary>
    public static IReadOnlyCollection<string> GenericClasses => Generic;

    public override string ToString() => Hash;

    /// <summary>True for a class that many different bugs share.</summary>
    public static bool IsGeneric(string errorClass) => Generic.Contains(errorClass.Trim());

    public static Fingerprint Of(Signal signal, FingerprintStrategy strategy) =>
        new(Hash8(Subject(signal, strategy)), strategy, Masks.Version);

    /// <summary>
    /// The text that is hashed as it is shown to people who ask why two signals were (not) the same: secrets are masked before numbers
    /// are, which would take a token apart and leave its parts.
    /// </summary>
    public static string Shown(Signal signal, FingerprintStrategy strategy) =>
        Secrets.Mask(Subject(signal with { ErrorClass = Secrets.Mask(signal.ErrorClass), Message = Secrets.Mask(signal.Message) }, strategy));

    /// <summary>The text that is hashed.</summary>
    public static string Subject(Signal signal, FingerprintStrategy strategy) => signal.Kind switch
    {
        SignalKind.ErrorRate or SignalKind.LogTrigger => ErrorSubject(signal, strategy),
        SignalKind.ProbeFailure => $"{signal.Service}|probe:{signal.Source}",
        SignalKind.Alert => $"{signal.Service}|alert:{signal.Source}",
        SignalKind.WorkloadFailure or SignalKind.NodeFailure => $"{signal.Service}|{signal.Workload}",
        SignalKind.Finding => $"{signal.Service}|finding:{signal.Source}",
    };

    private static string ErrorSubject(Signal signal, FingerprintStrategy strategy)
    {
        var byClass = $"{signal.Service}|{signal.ErrorClass}";
        if (strategy == FingerprintStrategy.Class || !IsGeneric(signal.ErrorClass))
        {
            return byClass;
        }

        var frame = signal.Frames.FirstOrDefault(f => f.IsOwnCode);
        var place = frame is null ? "" : $"{Path.GetFileName(frame.File)}|{frame.Function}";
        return $"{byClass}|{Masks.Apply(signal.Message)}|{place}";
    }

    private static string Hash8(string subject) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 4));
}
