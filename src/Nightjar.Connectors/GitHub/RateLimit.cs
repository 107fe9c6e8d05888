using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Nightjar.Connectors.GitHub;

/// <summary>
/// When GitHub may be asked again (docs.github.com, "Rate limits for the REST API"): it answers 403 or 429, and says so by
/// <c>Retry-After</c>, or by <c>x-ratelimit-remaining: 0</c> with the time of <c>x-ratelimit-reset</c>, or only in its message.
/// </summary>
internal static class RateLimit
{
    /// <summary>What GitHub asks for when it names no time.</summary>
    private static readonly TimeSpan Unnamed = TimeSpan.FromMinutes(1);

    /// <summary>The windows of GitHub are of one hour; a longer wait is not believed.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1.5);

    /// <summary>Null when the answer is no rate limit.</summary>
    public static TimeSpan? Wait(HttpStatusCode status, HttpResponseHeaders headers, string said, DateTimeOffset now)
    {
        if (status is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests))
        {
            return null;
        }

        // Both times are GitHub's: its own clock tells how far they are apart, whatever ours says.
        var here = headers.Date ?? now;
        TimeSpan? wait = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - here,
            _ when Number(headers, "x-ratelimit-remaining") == 0 && Number(headers, "x-ratelimit-reset") is { } reset and > 0 and < 253402300800 => DateTimeOffset.FromUnixTimeSeconds(reset) - here,
            _ when status == HttpStatusCode.TooManyRequests || said.Contains("rate limit", StringComparison.OrdinalIgnoreCase) => Unnamed,
            _ => null,
        };
        return wait is null ? null : TimeSpan.FromTicks(Math.Clamp(wait.Value.Ticks, TimeSpan.TicksPerSecond, Longest.Ticks));
    }

    private static long? Number(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
