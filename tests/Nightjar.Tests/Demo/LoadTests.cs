using System.Net;
using System.Net.Http.Json;
using Nightjar.Demo;
using Nightjar.Testing;

namespace Nightjar.Tests.Demo;

public sealed class LoadTests
{
    private readonly FakeClock clock = new(DemoFolder.Noon);

    [Fact]
    public void Sold_out_is_no_failure_but_an_error_and_silence_are()
    {
        var counter = new LoadCounter(clock);
        foreach (var status in new int?[] { 200, 409, 404, 500, 503, null })
        {
            counter.Add(status);
        }

        var figures = counter.Figures();

        Assert.Equal((6, 3, 1), (figures.Requests, figures.Failures, figures.Unreachable));
        Assert.Equal(0.5, figures.Recent.ErrorRate);
    }

    [Fact]
    public void The_recent_rate_forgets_what_is_older_than_ten_seconds()
    {
        var counter = new LoadCounter(clock);
        counter.Add(500);
        clock.Advance(TimeSpan.FromSeconds(9));
        counter.Add(200);
        Assert.Equal(0.5, counter.Figures().Recent.ErrorRate);

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, counter.Figures().Recent.ErrorRate);

        clock.Advance(TimeSpan.FromSeconds(60));
        var figures = counter.Figures();
        Assert.Equal(0, figures.Recent.Requests);
        Assert.Equal((2, 1), (figures.Requests, figures.Failures));
    }

    [Fact]
    public async Task A_shop_that_is_down_is_counted_and_tried_again()
    {
        using var stop = new CancellationTokenSource();
        var load = new Load(new Uri($"http://127.0.0.1:{PatientProcess.FreePort()}/"), new LoadOptions { Customers = 2 }, TimeProvider.System);

        var running = load.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => load.Figures.Unreachable > 4);
        await stop.CancelAsync();
        await running;

        Assert.Equal(load.Figures.Requests, load.Figures.Failures);
        Assert.Empty(load.Figures.Statuses);
    }

    [Fact]
    public async Task Payments_are_approved_until_they_are_refused()
    {
        await using var payments = await PaymentsStub.StartAsync(clock, default);
        using var http = new HttpClient { BaseAddress = payments.Url };
        payments.RefuseAfter(TimeSpan.FromSeconds(5));

        Assert.Equal(HttpStatusCode.OK, (await http.PostAsJsonAsync("charges", new { card = "4242", cents = 1 })).StatusCode);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.PostAsJsonAsync("charges", new { card = "4242", cents = 1 })).StatusCode);
    }
}

internal static class Eventually
{
    /// <summary>Looks until it is so; a minute at most, which no machine needs.</summary>
    public static async Task TrueAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
