using System.Collections.Immutable;

namespace Nightjar.Demo;

/// <summary>What is wrong with the shop in this run of the demo. The names are those of <c>samples/shop/README.md</c>.</summary>
internal sealed record Patient(string Name)
{
    public static readonly Patient Race = new("race");
    public static readonly Patient UnknownCause = new("unknown-cause");
    public static readonly Patient Healthy = new("healthy");

    public static ImmutableArray<Patient> All { get; } = [Race, UnknownCause, Healthy];

    /// <summary>Null when there is no such patient.</summary>
    public static Patient? Find(string name) => All.FirstOrDefault(patient => patient.Name == name);

    public override string ToString() => Name;
}

/// <summary>The demo cannot go on; the message says why and, where it can, what to do.</summary>
internal sealed class PatientException(string message, Exception? inner = null) : Exception(message, inner);
