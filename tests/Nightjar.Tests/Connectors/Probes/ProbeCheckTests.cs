using Microsoft.AspNetCore.Http;
using Nightjar.Connectors;

namespace Nightjar.Tests.Connectors.Probes;

public sealed class ProbeCheckTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_and_text_are_judged_and_both_sides_are_named()
    {
        await using var lab = await ProbeLab.StartAsync();

        Assert.True((await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Expect = "well" }), TimeProvider.System, Token)).IsWell);
        var text = await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Expect = "ready" }), TimeProvider.System, Token);
        lab.Answer = context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("down\n<script>");
        };
        var status = await ProbeCheck.RunAsync(lab.Web, lab.Probe(), TimeProvider.System, Token);

        Assert.Contains("expected a 2xx status and the text \"ready\", got status 200 without that text", text.Says, StringComparison.Ordinal);
        Assert.Contains("expected a 2xx status, got status 503", status.Says, StringComparison.Ordinal);
        Assert.Equal("down <script>", status.Body);
        Assert.True((await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Status = 503 }), TimeProvider.System, Token)).IsWell);
        Assert.False((await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Status = 200 }), TimeProvider.System, Token)).IsWell);
    }

    [Fact]
    public async Task Redirects_are_followed_on_the_same_host_and_not_for_ever()
    {
        await using var lab = await ProbeLab.StartAsync();
        lab.Answer = context =>
        {
            context.Response.Redirect(context.Request.Path == "/health" ? "/moved" : "/health");
            return Task.CompletedTask;
        };
        var loop = await ProbeCheck.RunAsync(lab.Web, lab.Probe(), TimeProvider.System, Token);
        var asked = lab.Asked.Reader.Count;
        var wanted = await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Status = 302 }), TimeProvider.System, Token);
        lab.Answer = context =>
        {
            context.Response.Redirect("http://user:secret@elsewhere.invalid/x?token=1");
            return Task.CompletedTask;
        };
        var away = await ProbeCheck.RunAsync(lab.Web, lab.Probe(), TimeProvider.System, Token);
        lab.Answer = context => context.Request.Path == "/moved" ? context.Response.WriteAsync("well") : Task.Run(() => context.Response.Redirect("/moved"));
        var moved = await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Expect = "well" }), TimeProvider.System, Token);

        Assert.False(loop.IsWell);
        Assert.InRange(asked, 3, 4);
        Assert.True(wanted.IsWell || wanted.Says.Contains("302", StringComparison.Ordinal));
        Assert.EndsWith("got status 302 to http://elsewhere.invalid/x, which was not followed", away.Says, StringComparison.Ordinal);
        Assert.True(moved.IsWell, moved.Says);
    }

    [Fact]
    public async Task A_body_that_never_ends_is_bounded_in_size_and_in_time()
    {
        await using var lab = await ProbeLab.StartAsync();
        lab.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(new string('x', 4_096), context.RequestAborted);
            }
        };
        var fast = await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Expect = "ready" }), TimeProvider.System, Token);
        var noText = await ProbeCheck.RunAsync(lab.Web, lab.Probe(), TimeProvider.System, Token);
        lab.Answer = async context =>
        {
            await context.Response.WriteAsync("x", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        var slow = await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Timeout = TimeSpan.FromMilliseconds(150) }), TimeProvider.System, Token);
        var found = await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Expect = "x" }), TimeProvider.System, Token);

        Assert.Contains("without that text", fast.Says, StringComparison.Ordinal);
        Assert.InRange(fast.Body.Length, 400, 600);
        Assert.True(noText.IsWell);
        Assert.Contains("no complete answer within 0.15 s", slow.Says, StringComparison.Ordinal);
        Assert.True(found.IsWell, found.Says);
    }

    [Fact]
    public async Task Whatever_else_goes_wrong_is_a_failure_with_a_reason()
    {
        await using var lab = await ProbeLab.StartAsync();
        lab.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        var aborted = await ProbeCheck.RunAsync(lab.Web, lab.Probe(), TimeProvider.System, Token);
        var refused = await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Url = new Uri("http://user:secret@127.0.0.1:1/health?token=1") }), TimeProvider.System, Token);
        var scheme = await ProbeCheck.RunAsync(lab.Web, lab.Probe(p => p with { Url = new Uri("file:///etc/passwd") }), TimeProvider.System, Token);

        Assert.Contains("no proper answer", aborted.Says, StringComparison.Ordinal);
        Assert.Equal("GET http://127.0.0.1:1/health: expected a 2xx status, got connection refused", refused.Says);
        Assert.False(scheme.IsWell);
    }
}
