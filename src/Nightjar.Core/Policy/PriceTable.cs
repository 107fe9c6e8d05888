using System.Collections.Immutable;

namespace Nightjar.Core.Policy;

/// <summary>Price of a model in US dollars per million tokens. Cached input follows from it, as the provider's price list has it.</summary>
public sealed record ModelPrice(decimal Input, decimal Output)
{
    private const decimal Million = 1_000_000;
    private const decimal CacheWrite = 1.25m;
    private const decimal CacheWriteHour = 2m;
    private const decimal CacheRead = 0.1m;

    public decimal Of(TokenUsage usage) =>
        ((Input * (usage.Input + (usage.CacheWrite * CacheWrite) + (usage.CacheWriteHour * CacheWriteHour) + (usage.CacheRead * CacheRead))) + (Output * usage.Output)) / Million;

    /// <summary>The most that a call can cost: every input token written to the dearest cache that it asks for, every output token used.</summary>
    public decimal WorstCase(long input, long output, bool asksForHour) => ((Input * input * (asksForHour ? CacheWriteHour : CacheWrite)) + (Output * output)) / Million;
}

/// <summary>What models cost. A name that is not in the table has the price of the longest entry that it begins with.</summary>
/// <param name="isUnknownRefused">A model without a price is not called; otherwise it is priced as the dearest one.</param>
public sealed class PriceTable(ImmutableDictionary<string, ModelPrice> prices, bool isUnknownRefused)
{
    /// <summary>Per million tokens, as measured from the command-line client 2.1.197, whose totals were recomputed from them.</summary>
    public static readonly ImmutableDictionary<string, ModelPrice> Known = new Dictionary<string, ModelPrice>
    {
        ["claude-fable-5"] = new(10, 50),
        ["claude-opus-4"] = new(5, 25),
        ["claude-sonnet-4"] = new(3, 15),
        ["claude-sonnet-5"] = new(3, 15),
        ["claude-haiku-4-5"] = new(1, 5),
    }.ToImmutableDictionary();

    /// <summary>Null when the model has no price and may not be called.</summary>
    public ModelPrice? Of(string model) =>
        prices.Where(p => model == p.Key || model.StartsWith($"{p.Key}-", StringComparison.Ordinal)).OrderByDescending(p => p.Key.Length).Select(p => p.Value).FirstOrDefault()
        ?? (isUnknownRefused ? null : prices.Values.MaxBy(p => p.Output));
}
