using System.Collections.Immutable;
using System.Globalization;

namespace Nightjar.Configuration;

/// <summary>How a reading ended: options when there is no fault, else every fault at once.</summary>
/// <param name="Options">Null when there is a fault: nothing may start on half a configuration.</param>
/// <param name="Reading">Where each key was found, for printing what is in effect.</param>
internal sealed record ConfigurationResult(string File, NightjarOptions? Options, ImmutableArray<Fault> Faults, Reading Reading)
{
    /// <summary>Faults that one message names; who has more mends these first.</summary>
    private const int MostFaults = 100;

    /// <summary>One message with every fault and its place, and what to do.</summary>
    public string Message
    {
        get
        {
            var lines = Faults.Take(MostFaults).Select(f => f.In(File)).ToList();
            if (Faults.Length > MostFaults)
            {
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"… and {Faults.Length - MostFaults} more"));
            }

            var count = Faults.Length == 1 ? "1 fault" : string.Create(CultureInfo.InvariantCulture, $"{Faults.Length} faults");
            lines.Add($"{count}; nothing was started. Mend the file, then try it with: nightjar check --config {Quoting.Scalar(File)}");
            return string.Join('\n', lines);
        }
    }
}
