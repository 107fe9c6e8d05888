using System.Globalization;
using Nightjar.Core.Proposal;

namespace Nightjar.Core.Signals;

/// <summary>What an incident is called, from the signal that opened it. One line; outside text in it is cut and cleaned.</summary>
public static class Titles
{
    /// <summary>Longest name from outside that a title takes up, in characters.</summary>
    private const int Longest = 80;

    public static string Of(Signal signal) => signal.Kind switch
    {
        SignalKind.ErrorRate => string.Create(CultureInfo.InvariantCulture, $"{Clean(signal.Service.Value)} elevated error rate ({Percent(signal)}%)"),
        SignalKind.LogTrigger => $"{Clean(signal.Service.Value)} logged {Clean(signal.HasErrorClass ? signal.ErrorClass : signal.Message)}",
        SignalKind.ProbeFailure => $"{Clean(signal.Service.Value)} probe {Clean(signal.Source ?? "")} fails",
        SignalKind.WorkloadFailure => $"{Clean(signal.Service.Value)} {Clean(signal.Workload ?? "workload")} {Fails(signal)}",
        SignalKind.NodeFailure => $"{Clean(signal.Workload ?? "a node")} {Fails(signal)}",
        SignalKind.Alert => $"{Clean(signal.Service.Value)} alert {Clean(signal.Source ?? "")}",
        SignalKind.Finding => $"{Clean(signal.Service.Value)}: {Clean(signal.Message)}",
    };

    /// <summary>Outside text as one short line, secrets masked before it is cut, without control characters and marks that nobody sees.</summary>
    public static string Clean(string text) => Quoting.Plain(text, Longest);

    private static string Fails(Signal signal) => signal.Condition is { Length: > 0 } condition ? $"fails: {Clean(condition).Replace('-', ' ')}" : "fails";

    /// <summary>The rate in whole percent, rounded to nearest; exact thresholds are judged elsewhere.</summary>
    private static long Percent(Signal signal) => (long)Math.Round((signal.Rate?.Rate ?? 0) * 100, MidpointRounding.AwayFromZero);
}
