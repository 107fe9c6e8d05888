using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Nightjar.Core.Announcements;

namespace Nightjar.Connectors.Paging;

/// <summary>
/// Any address that takes JSON. Signed: <c>X-Nightjar-Signature: sha256=HEX</c> is the HMAC-SHA256 of the timestamp header, a dot and the
/// body, so that neither can be forged and an old one cannot be played again unnoticed.
/// </summary>
internal sealed class WebhookChannel(string name, PageStepOptions step, PagingHttp http) : IPageChannel
{
    public string Name => name;

    public Task SendAsync(PageNotice notice, CancellationToken cancellationToken)
    {
        var json = PagingHttp.Json(new JsonObject
        {
            ["action"] = notice.Act.ToString().ToLowerInvariant(),
            ["key"] = notice.Page.Key,
            ["incident"] = notice.Page.Incident?.Value,
            ["service"] = notice.Page.Service?.Value,
            ["severity"] = notice.Page.Severity.ToString().ToLowerInvariant(),
            ["title"] = notice.Page.Title,
            ["text"] = notice.Page.Text,
            ["says"] = notice.Says,
            ["url"] = notice.Page.Url,
            ["raisedAt"] = PageText.At(notice.RaisedAt),
            ["time"] = notice.Time,
        });
        // The receiver compares it with its own clock, which is the real one.
        var at = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(step.Key?.Reveal() ?? ""), Encoding.UTF8.GetBytes($"{at}.{json}")));
        return http.PostAsync(step.Url ?? throw new InvalidOperationException("A webhook has no address"), json, [("X-Nightjar-Timestamp", at), ("X-Nightjar-Signature", $"sha256={signature}")], cancellationToken);
    }
}
