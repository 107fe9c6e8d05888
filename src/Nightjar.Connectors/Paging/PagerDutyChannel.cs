using System.Text.Json.Nodes;
using Nightjar.Core.Announcements;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Paging;

/// <summary>PagerDuty's Events API v2: an event with the page's key as its dedup_key, so that a repeat makes no second incident there.</summary>
internal sealed class PagerDutyChannel(string name, PageStepOptions step, PagingHttp http) : IPageChannel
{
    private static readonly Uri Theirs = new("https://events.pagerduty.com/");

    /// <summary>Their limit of a summary.</summary>
    private const int LongestSummary = 1_024;

    private const int LongestKey = 255;

    private readonly Uri url = PageText.Below(step.Url ?? Theirs, "v2/enqueue");

    public string Name => name;

    public Task SendAsync(PageNotice notice, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["routing_key"] = step.Key?.Reveal(),
            ["event_action"] = notice.Act switch { PageAct.Trigger => "trigger", PageAct.Acknowledge => "acknowledge", PageAct.Resolve => "resolve" },
            ["dedup_key"] = Quoting.Plain(notice.Page.Key, LongestKey),
        };
        if (notice.Act == PageAct.Trigger)
        {
            body["client"] = "Nightjar";
            body["payload"] = new JsonObject
            {
                ["summary"] = Quoting.Plain(notice.Page.Title, LongestSummary),
                ["source"] = notice.Page.Service?.Value ?? "nightjar",
                ["severity"] = notice.Page.Severity switch { Severity.Critical => "critical", Severity.Warning => "warning", Severity.Info => "info" },
                ["timestamp"] = PageText.At(notice.RaisedAt),
                ["custom_details"] = new JsonObject { ["text"] = PageText.Body(notice), ["told"] = notice.Time },
            };
            body["links"] = notice.Page.Url is { } link ? new JsonArray(new JsonObject { ["href"] = link, ["text"] = "The incident in Nightjar" }) : null;
        }

        return http.PostAsync(url, PagingHttp.Json(body), [], cancellationToken);
    }
}
