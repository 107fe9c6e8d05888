using System.Globalization;
using Nightjar.Core.Announcements;

namespace Nightjar.Connectors.Paging;

/// <summary>What the channels say alike.</summary>
internal static class PageText
{
    public static string Body(PageNotice notice) => notice.Act switch
    {
        PageAct.Trigger => string.Create(CultureInfo.InvariantCulture, $"{notice.Page.Text}\n\nSince {notice.RaisedAt:u}, told {notice.Time} time{(notice.Time == 1 ? "" : "s")}.").Trim(),
        PageAct.Acknowledge => $"Acknowledged by {notice.Says}.",
        PageAct.Resolve => $"It is over: {notice.Says}.",
    };

    public static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>A path below an address, whether or not that ends in a slash.</summary>
    public static Uri Below(Uri api, string path) => new(new Uri(api.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), path);
}
