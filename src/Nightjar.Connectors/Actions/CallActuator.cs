using Nightjar.Core.Healing;

namespace Nightjar.Connectors.Actions;

/// <summary>Requests a URL of the service, which its configuration names word for word; 2xx is done.</summary>
public sealed class CallActuator : IActuator, IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2), MaxResponseHeadersLength = 32 })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public bool Can(HealAction action) => action is HealAction.Call;

    /// <summary>A request leaves no trace that we could ask for.</summary>
    public Task<bool?> WasDoneAsync(HealAction action, DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<bool?>(null);

    public async Task<ActionResult> DoAsync(HealAction action, CancellationToken cancellationToken)
    {
        var call = (HealAction.Call)action;

        // In real time, because the other end lives in real time. The body is never read: an endless one costs nothing.
        using var limit = new CancellationTokenSource(call.Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var shown = call.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        try
        {
            using var request = new HttpRequestMessage(new HttpMethod(call.Method), call.Url);
            request.Headers.UserAgent.ParseAdd("Nightjar");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return response.IsSuccessStatusCode
                ? new ActionResult($"{call.Method} {shown} answered {(int)response.StatusCode}")
                : throw new ActionFailedException($"{call.Method} {shown} answered {(int)response.StatusCode}, not 2xx");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ActionFailedException($"{call.Method} {shown} gave no answer within {call.Timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e)
        {
            throw new ActionFailedException($"{call.Method} {shown} failed: {e.Message}", e);
        }
    }

    public void Dispose() => client.Dispose();
}
