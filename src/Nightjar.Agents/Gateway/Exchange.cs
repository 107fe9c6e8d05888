using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Nightjar.Core.Policy;

namespace Nightjar.Agents.Gateway;

/// <summary>How one call ended: it was answered, or it is to be refused.</summary>
internal sealed record Answered(GatewayCall Call, Refusal? Refusal, string? OverCap);

/// <param name="Kind">The error type in the words of the provider's API.</param>
internal sealed record Refusal(int Status, string Kind, string Says);

/// <summary>One call of the model: looked through, reserved, passed on, streamed back, settled.</summary>
internal sealed class Exchange(HttpClient http, ISpendLedger ledger, GatewayRules rules, IModelAccess access, TimeProvider clock)
{
    private static readonly string[] PassedOn = ["anthropic-version", "anthropic-beta", "user-agent", "x-app", "accept"];

    private static readonly string[] PassedBack = ["retry-after", "x-should-retry", "request-id"];

    /// <summary>A failure of one of these says that nothing was asked of anybody.</summary>
    private static readonly HttpRequestError[] NotReached = [HttpRequestError.NameResolutionError, HttpRequestError.ConnectionError, HttpRequestError.SecureConnectionError, HttpRequestError.ProxyTunnelError];

    /// <summary>An answer in one piece is silent until it is written to its end.</summary>
    private const int LongerInOnePiece = 5;

    private readonly InputBound bound = new();

    public async Task<Answered> RunAsync(SpendPurpose purpose, byte[] body, HttpContext context, CancellationToken cancellationToken)
    {
        var wanted = MessageRequest.Read(body, rules);
        if (wanted.Refusal is { } no)
        {
            return Refused(wanted.Model, StatusCodes.Status403Forbidden, "permission_error", no);
        }

        if (rules.Prices.Of(wanted.Model) is not { } price)
        {
            return Refused(wanted.Model, StatusCodes.Status403Forbidden, "permission_error", $"{wanted.Model} has no price: add it to agent.prices");
        }

        var worst = price.WorstCase(bound.Of(wanted.Body, wanted.Pictures), wanted.MostOutput, wanted.AsksForHour);
        var reserved = await ledger.ReserveAsync(purpose, rules.Caps, wanted.Model, worst, cancellationToken);
        if (reserved.Refusal is { } over)
        {
            return Refused(wanted.Model, StatusCodes.Status403Forbidden, "billing_error", over) with { OverCap = over };
        }

        var (answer, usage, cost) = (Refused(wanted.Model, StatusCodes.Status502BadGateway, "api_error", "the call was broken off"), TokenUsage.None, worst);
        try
        {
            (answer, usage, cost) = await PassOnAsync(wanted, price, worst, context, cancellationToken);
            return answer with { Call = answer.Call with { Usage = usage, Cost = cost } };
        }
        finally
        {
            // Whatever happened: how it ended is written down even when the run was cut off in the middle.
            await ledger.SettleAsync(reserved.Id, cost, usage, CancellationToken.None);
        }
    }

    private async Task<(Answered Answer, TokenUsage Usage, decimal Cost)> PassOnAsync(MessageRequest wanted, ModelPrice price, decimal worst, HttpContext context, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(wanted.Streams ? rules.LongestSilence : rules.LongestSilence * LongerInOnePiece, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        var isCharged = false;
        var usage = new UsageReader(wanted.Streams);
        try
        {
            using var request = await RequestAsync(wanted, context.Request, either.Token);
            isCharged = true;
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            isCharged = response.IsSuccessStatusCode;
            Begin(context.Response, response);
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            await CopyAsync(stream, context.Response, usage, silence, either.Token);
            usage.End();
            var says = isCharged ? "" : $"the provider answered {(int)response.StatusCode}";
            var call = new Answered(new GatewayCall(wanted.Model, (int)response.StatusCode, TokenUsage.None, 0, default, says), null, null);
            return (call, usage.Usage ?? TokenUsage.None, Cost(wanted, price, usage, isCharged, worst));
        }
        catch (ModelAccessException e)
        {
            return (Refused(wanted.Model, StatusCodes.Status401Unauthorized, "authentication_error", e.Message), TokenUsage.None, 0);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            var says = silence.IsCancellationRequested ? $"the provider said nothing for {rules.LongestSilence.TotalSeconds:0} s" : cancellationToken.IsCancellationRequested ? "the run was ended" : $"the provider cannot be reached: {e.Message}";
            isCharged &= e is not HttpRequestException { HttpRequestError: var error } || !NotReached.Contains(error);
            if (context.Response.HasStarted)
            {
                // It can only be broken off: otherwise half of an answer would pass for all of it.
                context.Abort();
            }

            return (Refused(wanted.Model, StatusCodes.Status502BadGateway, "api_error", says), usage.Usage ?? TokenUsage.None, Cost(wanted, price, usage, isCharged, worst));
        }
    }

    /// <summary>What is not known for certain costs as much as it can.</summary>
    private decimal Cost(MessageRequest wanted, ModelPrice price, UsageReader usage, bool isCharged, decimal worst)
    {
        if (!isCharged)
        {
            return 0;
        }

        if (usage is not { IsFinal: true, Usage: { } counted })
        {
            return worst;
        }

        bound.Counted(wanted.Body, counted.AllInput);
        return price.Of(counted);
    }

    private async Task<HttpRequestMessage> RequestAsync(MessageRequest wanted, HttpRequest from, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(rules.Upstream, $"{rules.Upstream.AbsolutePath.TrimEnd('/')}/v1/messages{(from.Query.ContainsKey("beta") ? "?beta=true" : "")}"));
        try
        {
            request.Content = new ByteArrayContent(wanted.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            foreach (var name in PassedOn.Where(from.Headers.ContainsKey))
            {
                request.Headers.TryAddWithoutValidation(name, name == "anthropic-beta" ? Betas(from.Headers[name].ToString()) : from.Headers[name].ToString());
            }

            await access.AddToAsync(request, cancellationToken);
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    /// <summary>A longer context than usual has a price of its own, which the price table does not know.</summary>
    private static string Betas(string given) => string.Join(',', given.Split(',', StringSplitOptions.TrimEntries).Where(b => !b.StartsWith("context-1m", StringComparison.Ordinal)));

    private static void Begin(HttpResponse to, HttpResponseMessage from)
    {
        to.StatusCode = (int)from.StatusCode;
        to.ContentType = from.Content.Headers.ContentType?.ToString();
        foreach (var name in PassedBack)
        {
            if (from.Headers.TryGetValues(name, out var values))
            {
                to.Headers[name] = string.Join(", ", values);
            }
        }

        if (from.StatusCode == HttpStatusCode.Unauthorized)
        {
            // The program would ask ten times more with the same key.
            to.Headers["x-should-retry"] = "false";
        }
    }

    private async Task CopyAsync(Stream from, HttpResponse to, UsageReader usage, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            silence.CancelAfter(rules.LongestSilence);
            usage.Take(buffer.AsSpan(0, read));
            await to.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await to.Body.FlushAsync(cancellationToken);
        }
    }

    private static Answered Refused(string model, int status, string kind, string says) =>
        new(new GatewayCall(model, status, TokenUsage.None, 0, default, says), new Refusal(status, kind, says), null);
}
