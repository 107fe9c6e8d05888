using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors;

/// <summary>How one look at an endpoint went.</summary>
/// <param name="Says">What was expected and what came; empty when it was well.</param>
/// <param name="Body">The beginning of the body.</param>
/// <param name="Took">From the question to the end of the answer.</param>
internal sealed record ProbeResult(bool IsWell, string Says, string Body, TimeSpan Took = default)
{
    /// <summary>As in <see cref="Signal.Condition"/>; null for a plain failure.</summary>
    public string? Condition { get; init; }
}

/// <summary>Looks at one endpoint once.</summary>
internal static class ProbeCheck
{
    /// <summary>A health page is a few kilobytes; what is expected must come within this.</summary>
    private const int LargestBody = 64 * 1024;

    /// <summary>Of an answer whose age is looked at, all must be read.</summary>
    private const int LargestJson = 1024 * 1024;

    private const int LongestSample = 500;

    /// <param name="clock">For the age of what is answered; how long it took is measured in real time.</param>
    public static async Task<ProbeResult> RunAsync(Web web, HttpProbe probe, TimeProvider clock, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            var answer = await web.GetAsync(probe.Url, probe.Freshness is null ? LargestBody : LargestJson, probe.Timeout, a => IsEnough(probe, a), cancellationToken);
            return Judge(probe, answer, clock.GetUtcNow()) with { Took = TimeProvider.System.GetElapsedTime(began) };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException or NotSupportedException or InvalidOperationException)
        {
            return Failed(probe, Reason(e), "") with { Took = TimeProvider.System.GetElapsedTime(began) };
        }
    }

    private static bool IsEnough(HttpProbe probe, WebAnswer answer) =>
        probe is { Freshness: null, Expect: { } text } && IsExpected(probe, answer.Status) && answer.Body.Contains(text, StringComparison.Ordinal);

    private static ProbeResult Judge(HttpProbe probe, WebAnswer answer, DateTimeOffset now)
    {
        if (!IsExpected(probe, answer.Status))
        {
            var elsewhere = answer.Elsewhere is null ? "" : $" to {answer.Elsewhere}, which was not followed";
            return Failed(probe, $"status {(int)answer.Status}{elsewhere}", answer.Body);
        }

        if (probe.Expect is { } text && !answer.Body.Contains(text, StringComparison.Ordinal))
        {
            return Failed(probe, $"status {(int)answer.Status} without that text", answer.Body);
        }

        return probe.Freshness is { } fresh && AnswerAge.Fault(answer.Body, fresh, now) is { } fault
            ? new ProbeResult(false, $"GET {Web.Shown(probe.Url)}: {fault}", Line(answer.Body, LongestSample)) { Condition = "stale-data" }
            : new ProbeResult(true, "", "");
    }

    private static bool IsExpected(HttpProbe probe, HttpStatusCode status) => probe.Status is { } wanted ? (int)status == wanted : (int)status is >= 200 and < 300;

    private static ProbeResult Failed(HttpProbe probe, string came, string body)
    {
        var wanted = probe.Status is { } status ? $"status {status}" : "a 2xx status";
        var text = probe.Expect is null ? "" : $" and the text \"{Line(probe.Expect, 100)}\"";
        return new ProbeResult(false, $"GET {Web.Shown(probe.Url)}: expected {wanted}{text}, got {came}", Line(body, LongestSample));
    }

    private static string Reason(Exception failure) => failure switch
    {
        TimeoutException => failure.Message,
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused",
        HttpRequestException { InnerException: SocketException socket } => socket.Message.ToLowerInvariant(),
        HttpRequestException { InnerException: AuthenticationException tls } => $"a TLS failure ({Line(tls.Message, 200)})",
        _ => $"no proper answer ({Line(failure.Message, 200)})",
    };

    private static string Line(string text, int most)
    {
        var line = new string([.. text.Take(most).Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return text.Length > most ? $"{line}…" : line;
    }
}
