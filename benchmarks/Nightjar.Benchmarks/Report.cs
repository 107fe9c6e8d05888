using System.Globalization;
using System.Text.Json;

namespace Nightjar.Benchmarks;

/// <summary>One benchmark: measures, and says what it was aiming for.</summary>
internal interface IBenchmark
{
    string Name { get; }

    string Says { get; }

    Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken);
}

/// <summary>One figure.</summary>
/// <param name="Target">In words; null where there is none.</param>
/// <param name="Met">Null where there is no target.</param>
internal sealed record Row(string What, double Value, string Unit, string? Target = null, bool? Met = null);

internal static class Report
{
    public static void Print(string name, IReadOnlyList<Row> rows, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { benchmark = name, cores = Environment.ProcessorCount, runtime = Environment.Version.ToString(), rows }, JsonSerializerOptions.Web));
            return;
        }

        Console.Out.WriteLine($"{name} on {Environment.ProcessorCount} cores, .NET {Environment.Version}");
        foreach (var row in rows)
        {
            var target = row.Target is null ? "" : $"   target {row.Target}: {(row.Met == true ? "met" : "MISSED")}";
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {row.What,-58} {row.Value,12:#,0.###} {row.Unit}{target}"));
        }
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
