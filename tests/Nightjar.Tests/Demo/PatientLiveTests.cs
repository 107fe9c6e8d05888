using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Demo;

namespace Nightjar.Tests.Demo;

/// <summary>The shop for real: built from its history, run, and bought from.</summary>
[Trait("Speed", "Slow")]
public sealed class PatientLiveTests : IDisposable
{
    private readonly DemoFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Under_load_the_race_makes_checkouts_fail_with_a_stack_that_names_the_file()
    {
        await using var shop = await StartAsync(Patient.Race, payments: null);
        Assert.Equal(shop.Build.Commit, await VersionAsync(shop));

        await UnderLoadAsync(shop, load => Eventually.TrueAsync(() => load.Figures.Recent.ErrorRate > 0.3));

        await shop.StopAsync();
        Assert.True(shop.HasExited);
        var failure = File.ReadLines(folder.Below("shop.log")).First(line => line.Contains("\"exception\"", StringComparison.Ordinal));
        Assert.Contains("\"type\":\"StockMismatchError\"", failure, StringComparison.Ordinal);
        Assert.Matches(@"at Shop\.InventoryRepository\.[^\\]+ in /[^\\]+/src/Shop/InventoryRepository\.cs:line \d+", failure);
    }

    [Fact]
    public async Task Without_the_race_nothing_fails_until_payments_are_refused()
    {
        await using var payments = await PaymentsStub.StartAsync(TimeProvider.System, default);
        await using var shop = await StartAsync(Patient.UnknownCause, payments.Url);

        await UnderLoadAsync(shop, async load =>
        {
            await Eventually.TrueAsync(() => load.Figures.Requests > 600);
            Assert.Equal(0, load.Figures.Failures);
            payments.RefuseAfter(TimeSpan.Zero);
            await Eventually.TrueAsync(() => load.Figures.Recent.ErrorRate > 0.15);
        });

        await shop.StopAsync();
        Assert.Contains("\"type\":\"PaymentUnavailableError\"", await File.ReadAllTextAsync(folder.Below("shop.log")), StringComparison.Ordinal);
    }

    private async Task<PatientProcess> StartAsync(Patient patient, Uri? payments)
    {
        var history = await new PatientHistory(TimeProvider.System).BuildAsync(DemoFolder.NightjarHome(), folder.Path, patient, default);
        var build = await new PatientBuilder(TimeProvider.System).BuildAsync(history.Bare, PatientHistory.Branch, folder.Below("build"), default);
        Assert.Equal(history.Head.Sha, build.Commit);
        var settings = new PatientSettings(PatientProcess.FreePort(), folder.Below("shop.log"), payments);
        return await PatientProcess.StartAsync(build, settings, NullLogger.Instance, TimeProvider.System, default);
    }

    private static async Task UnderLoadAsync(PatientProcess shop, Func<Load, Task> act)
    {
        using var stop = new CancellationTokenSource();
        var load = new Load(shop.Settings.Url, new LoadOptions(), TimeProvider.System);
        var running = load.RunAsync(stop.Token);
        await act(load);
        await stop.CancelAsync();
        await running;
    }

    private static async Task<string> VersionAsync(PatientProcess shop)
    {
        using var http = new HttpClient { BaseAddress = shop.Settings.Url };
        return await http.GetStringAsync("version");
    }
}
