using System.Collections.Immutable;
using Nightjar.Core.Policy;

namespace Nightjar.Configuration;

internal enum AgentKind
{
    Auto,
    BuiltIn,
    ClaudeCode,
}

internal enum AgentAuth
{
    ApiKey,
    Credentials,
}

/// <summary>Who looks for causes and writes fixes, and what that may cost.</summary>
internal sealed record AgentOptions
{
    public AgentKind Kind { get; init; } = AgentKind.Auto;

    public string Model { get; init; } = "claude-sonnet-4-6";

    /// <summary>From the smallest on: the next one looks when the one before was not sure. Empty: <see cref="Model"/> alone.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    public int MaxTurns { get; init; } = 40;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(15);

    public int MaxOutput { get; init; } = 16_000;

    public SpendCaps Budget { get; init; } = new();

    public ImmutableDictionary<string, ModelPrice> Prices { get; init; } = PriceTable.Known;

    /// <summary>A model without a price is not called; otherwise it counts as the dearest one.</summary>
    public bool RefuseUnknownPrice { get; init; }

    public AgentAuth Auth { get; init; }

    /// <summary>The provider's key; the variable <c>ANTHROPIC_API_KEY</c> when absent.</summary>
    public Secret? Key { get; init; }

    public string CredentialsFile { get; init; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".claude", ".credentials.json");

    public Uri Url { get; init; } = new("https://api.anthropic.com");

    public string Program { get; init; } = "claude";

    /// <summary>The folder of the prompts; those that came with the program when null.</summary>
    public string? Prompts { get; init; }

    public ImmutableArray<string> AllModels => Models.IsEmpty ? [Model] : Models;
}
