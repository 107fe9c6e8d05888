using System.Diagnostics;

namespace Shop;

/// <summary>Writes a line for each request that was answered, and one with the stack for each that failed.</summary>
internal sealed class RequestLog(RequestDelegate next, JsonLog log)
{
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception error)
        {
            log.Failure(context, error);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsJsonAsync(new { error = error.GetType().Name });
        }
        finally
        {
            log.Request(context, watch.Elapsed);
        }
    }
}
