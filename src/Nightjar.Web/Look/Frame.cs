using System.Collections.Immutable;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Nightjar.Core.Policy;
using Nightjar.Web.Access;

namespace Nightjar.Web.Look;

/// <summary>What every page shows or needs around its own matter. Public like all views, because the page classes that Razor generates are.</summary>
/// <param name="Said">What came of the button that led here; null when none did.</param>
public sealed record Frame(string Person, string FormToken, Pause? Pause, Conduct Conduct, Answer? Said, DateTimeOffset Now)
{
    /// <summary>Why Nightjar cannot do its work; empty while it can.</summary>
    public ImmutableArray<ReadyPart> Troubles { get; init; } = [];

    /// <summary>Why no agent works on any incident; null while they may.</summary>
    public string? AgentsStopped { get; init; }

    /// <summary>Signals that were lost since the start, because too many came at once.</summary>
    public long Dropped { get; init; }
}

/// <summary>Puts together the frame of a page.</summary>
internal sealed class Frames(IPauseSwitch pause, IAntiforgery forms, DashboardOptions options, Sayings sayings, TimeProvider clock)
{
    public async Task<Frame> ForAsync(HttpContext http) => new(
        Visitor.Of(http).Person,
        forms.GetAndStoreTokens(http).RequestToken ?? "",
        await pause.GetAsync(http.RequestAborted),
        options.Conduct,
        sayings.Take(http),
        clock.GetUtcNow())
    {
        Troubles = options.Readiness is { } ask ? [.. (await ask(http.RequestAborted)).Where(p => p.State == ReadyState.NotReady)] : [],
        AgentsStopped = options.Agent is { } agent ? (await agent(http.RequestAborted)).Stopped : null,
        Dropped = options.Intake?.Invoke().Dropped ?? 0,
    };
}
