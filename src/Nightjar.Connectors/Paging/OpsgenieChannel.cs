using System.Text.Json.Nodes;
using Nightjar.Core.Announcements;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Paging;

/// <summary>Opsgenie's Alert API v2: an alert with the page's key as its alias, by which it is acknowledged and closed.</summary>
internal sealed class OpsgenieChannel(string name, PageStepOptions step, PagingHttp http) : IPageChannel
{
    private static readonly Uri Theirs = new("https://api.opsgenie.com/");

    /// <summary>Their limits: 130 characters of a message, 512 of an alias.</summary>
    private const int LongestMessage = 130;

    private const int LongestAlias = 512;

    private readonly Uri api = step.Url ?? Theirs;

    public string Name => name;

    public Task SendAsync(PageNotice notice, CancellationToken cancellationToken)
    {
        var alias = Quoting.Plain(notice.Page.Key, LongestAlias);
        var (path, body) = notice.Act switch
        {
            PageAct.Trigger => ("v2/alerts", Alert(notice, alias)),
            PageAct.Acknowledge => ($"v2/alerts/{Uri.EscapeDataString(alias)}/acknowledge?identifierType=alias", Note(notice)),
            PageAct.Resolve => ($"v2/alerts/{Uri.EscapeDataString(alias)}/close?identifierType=alias", Note(notice)),
        };
        return http.PostAsync(PageText.Below(api, path), PagingHttp.Json(body), [("Authorization", $"GenieKey {step.Key?.Reveal()}")], cancellationToken);
    }

    private static JsonObject Alert(PageNotice notice, string alias) => new()
    {
        ["message"] = Quoting.Plain(notice.Page.Title, LongestMessage),
        ["alias"] = alias,
        ["description"] = PageText.Body(notice),
        ["priority"] = notice.Page.Severity switch { Severity.Critical => "P1", Severity.Warning => "P3", Severity.Info => "P5" },
        ["source"] = "Nightjar",
        ["entity"] = notice.Page.Service?.Value ?? "nightjar",
        ["details"] = new JsonObject { ["url"] = notice.Page.Url ?? "" },
    };

    private static JsonObject Note(PageNotice notice) => new() { ["source"] = "Nightjar", ["note"] = Quoting.Plain(notice.Says, 1_000) };
}
