using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Nightjar.Core.Signals;
using Nightjar.Tests.Web.Fakes;

namespace Nightjar.Tests.Web;

public sealed class AlertHookTests
{
    [Theory]
    [InlineData(AlertVerdict.Taken, HttpStatusCode.OK)]
    [InlineData(AlertVerdict.Malformed, HttpStatusCode.BadRequest)]
    [InlineData(AlertVerdict.Unauthenticated, HttpStatusCode.Unauthorized)]
    [InlineData(AlertVerdict.Unknown, HttpStatusCode.NotFound)]
    [InlineData(AlertVerdict.Replayed, HttpStatusCode.Conflict)]
    public async Task A_sender_needs_no_session_no_own_page_and_no_name_of_ours_and_is_told_how_it_went(AlertVerdict verdict, HttpStatusCode status)
    {
        await using var web = await WebApp.StartAsync();
        web.Alerts.Answer = new AlertReply(verdict, "as it went");
        using var http = new HttpClient { BaseAddress = web.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/alerts/prod") { Content = new StringContent("{}"), Headers = { Host = "alerts.example.org", Authorization = new AuthenticationHeaderValue("Bearer", "t0ken") } };
        request.Headers.Add("Origin", "https://alertmanager.example.org");
        request.Headers.Add("X-PagerDuty-Signature", "v1=00");
        using var answer = await http.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains("as it went", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var (receiver, delivery) = Assert.Single(web.Alerts.Taken);
        Assert.Equal(("prod", "Bearer t0ken", "v1=00", "{}"), (receiver, delivery.Authorization, delivery.Signature, Encoding.UTF8.GetString(delivery.Body.Span)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ten_megabytes_are_refused_whether_announced_or_not(bool isAnnounced)
    {
        await using var web = await WebApp.StartAsync();
        using var http = new HttpClient { BaseAddress = web.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/alerts/prod") { Content = new ByteArrayContent(new byte[10_000_000]) };
        request.Headers.TransferEncodingChunked = !isAnnounced;
        request.Headers.ExpectContinue = true;
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("2048 kB", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(web.Alerts.Taken);
    }

    [Theory]
    [InlineData("POST", "/hooks/alerts")]
    [InlineData("POST", "/hooks/alerts/")]
    [InlineData("POST", "/hooks/alerts/a/b")]
    [InlineData("POST", "/hooks/alertsx/a")]
    [InlineData("POST", "/api/v1/pause")]
    [InlineData("GET", "/hooks/alerts/prod")]
    [InlineData("PUT", "/hooks/alerts/prod")]
    public async Task Nothing_else_is_reached_that_way(string method, string path)
    {
        await using var web = await WebApp.StartAsync();
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = web.Address };
        using var elsewhere = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Host = "alerts.example.org" } });
        Assert.Equal(HttpStatusCode.MisdirectedRequest, elsewhere.StatusCode);
        using var signedOut = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.True(signedOut.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Redirect, $"{signedOut.StatusCode}");
        Assert.Empty(web.Alerts.Taken);
    }
}
