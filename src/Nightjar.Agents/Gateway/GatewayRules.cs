using System.Collections.Immutable;
using Nightjar.Core.Policy;

namespace Nightjar.Agents.Gateway;

/// <summary>What the gateway lets through, and at which price.</summary>
public sealed record GatewayRules
{
    /// <summary>The provider's address, or that of a stand-in.</summary>
    public Uri Upstream { get; init; } = new("https://api.anthropic.com");

    /// <summary>No other model is called.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>A call that asks for more output tokens gets this many.</summary>
    public int MostOutput { get; init; } = 16_000;

    public SpendCaps Caps { get; init; } = new();

    public PriceTable Prices { get; init; } = new(PriceTable.Known, isUnknownRefused: false);

    /// <summary>A stream that says nothing for so long is cut; the caller asks again.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>Gives the headers that make the provider answer. Nothing else in the process holds the key.</summary>
public interface IModelAccess
{
    /// <summary>Where the key is from, for people; never the key.</summary>
    string Says { get; }

    /// <exception cref="ModelAccessException">There is no key, or it cannot be renewed; the message says what to do.</exception>
    Task AddToAsync(HttpRequestMessage request, CancellationToken cancellationToken);
}

/// <summary>The model cannot be reached with what is configured; the message says what to do.</summary>
public sealed class ModelAccessException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>One request of an agent to the gateway, as the journal keeps it.</summary>
/// <param name="Status">The HTTP status that the agent got.</param>
/// <param name="Says">Why it was refused or failed; empty when it was answered.</param>
public sealed record GatewayCall(string Model, int Status, TokenUsage Usage, decimal Cost, TimeSpan Took, string Says);
