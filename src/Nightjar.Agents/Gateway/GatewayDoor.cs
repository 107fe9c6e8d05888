using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;

namespace Nightjar.Agents.Gateway;

/// <summary>The door of one run to the model, and what went through it.</summary>
public sealed partial class GatewayDoor : IAsyncDisposable
{
    internal const int LargestRequest = 32 * 1024 * 1024;

    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(2);

    private readonly WebApplication app;
    private readonly Exchange exchange;
    private readonly SpendPurpose purpose;
    private readonly Func<GatewayCall, Task> told;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly CancellationTokenSource closing = new();
    private readonly Lock gate = new();

    internal GatewayDoor(WebApplication app, Exchange exchange, SpendPurpose purpose, Func<GatewayCall, Task> told, TimeProvider clock, ILogger logger)
    {
        this.app = app;
        this.exchange = exchange;
        this.purpose = purpose;
        this.told = told;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>Which cap ended the run; null while none did.</summary>
    public string? OverCap { get; private set; }

    /// <summary>Why the provider or the key failed last; null when it did not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>US dollars.</summary>
    public decimal Spent { get; private set; }

    public int Calls { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        using var limit = new CancellationTokenSource(CloseWithin);
        await app.StopAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.DisposeAsync();
        closing.Dispose();
    }

    internal async Task TakeAsync(HttpContext context)
    {
        var began = clock.GetTimestamp();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, closing.Token);
        var call = await ServeAsync(context, either.Token) with { Took = clock.GetElapsedTime(began) };
        Note(call);
        try
        {
            await told(call);
        }
        catch (StoreUnavailableException e)
        {
            NotWritten(e.Message);
        }
    }

    private async Task<GatewayCall> ServeAsync(HttpContext context, CancellationToken cancellationToken)
    {
        try
        {
            return context.Request switch
            {
                { Method: "POST", Path.Value: "/v1/messages" } => await MessagesAsync(context, cancellationToken),
                var r => await RefuseAsync(context, StatusCodes.Status404NotFound, "not_found_error", MessageRequest.Short($"{r.Method} {r.Path} is not served here: POST /v1/messages alone is")),
            };
        }
        catch (StoreUnavailableException e)
        {
            NotWritten(e.Message);
            return await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "api_error", "the ledger cannot be written, and without it nothing is spent");
        }
    }

    private void Note(GatewayCall call)
    {
        lock (gate)
        {
            Spent += call.Cost;
            Calls += call.Status == StatusCodes.Status200OK ? 1 : 0;
            Trouble = call.Status == StatusCodes.Status200OK ? null : call.Says;
        }

        Called(call.Model, call.Status, call.Cost, call.Says);
    }

    private async Task<GatewayCall> MessagesAsync(HttpContext context, CancellationToken cancellationToken)
    {
        byte[] body;
        try
        {
            using var held = new MemoryStream();
            await context.Request.Body.CopyToAsync(held, cancellationToken);
            body = held.ToArray();
        }
        catch (BadHttpRequestException)
        {
            return await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "request_too_large", "the request is larger than 32 MB");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return new GatewayCall("", 0, TokenUsage.None, 0, default, "the request was broken off");
        }

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var answer = await exchange.RunAsync(purpose, body, context, cancellationToken);
        OverCap ??= answer.OverCap;
        return answer.Refusal is { } refusal
            ? await RefuseAsync(context, refusal.Status, refusal.Kind, refusal.Says) with { Model = answer.Call.Model, Cost = answer.Call.Cost }
            : answer.Call;
    }

    /// <summary>In the words of the provider's API, so that any client of it understands.</summary>
    private static async Task<GatewayCall> RefuseAsync(HttpContext context, int status, string kind, string says)
    {
        if (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = status;
            context.Response.Headers["x-should-retry"] = status >= 500 ? "true" : "false";
            await context.Response.WriteAsJsonAsync(new { type = "error", error = new { type = kind, message = $"Nightjar: {says}" } }, CancellationToken.None);
        }

        return new GatewayCall("", status, TokenUsage.None, 0, default, says);
    }

    [LoggerMessage(4200, LogLevel.Debug, "A call of {Model} ended with {Status} and cost ${Cost}: {Says}")]
    private partial void Called(string model, int status, decimal cost, string says);

    [LoggerMessage(4201, LogLevel.Error, "A call of a model could not be written into the journal: {Why}")]
    private partial void NotWritten(string why);
}
