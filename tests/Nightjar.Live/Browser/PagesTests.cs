
namespace Nightjar.Live.Browser;

/// <summary>A person with a real browser, from the sign-in link to the merge. Pictures of every page are left in TestResults.</summary>
public sealed class PagesTests
{
    [Fact]
    public async Task A_person_signs_in_reads_the_report_and_merges_and_the_incident_goes_on()
    {
        await using var place = new Place();
        await using var browser = await Chromium.StartAsync(place);
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        var page = await browser.OpenAsync();

        await page.GoAsync(daemon.Address);
        await page.SaysAsync("Sign in to Nightjar");
        await page.PictureAsync("page-01-signed-out");
        var link = (await daemon.CliAsync("signin")).Out.Trim();
        await page.GoAsync(new Uri(link));
        await page.PictureAsync("page-02-sign-in");
        await page.PressAsync("Sign in");
        await page.SaysAsync("Incidents");
        await page.PictureAsync("page-03-nothing-wrong");

        await service.ServeAsync(well: 80, failed: 40);
        await page.SaysAsync("books elevated error rate (33%)");
        await daemon.IncidentAsync("inReview");
        await page.SaysAsync("In review");
        await page.PictureAsync("page-04-incidents");
        await page.PressAsync("#1 books elevated error rate (33%)");
        await page.SaysAsync(BookShop.Culprit);
        await page.PictureAsync("page-05-incident-in-review");

        await page.GoAsync(new Uri(daemon.Address, "/requests/1"));
        await page.SaysAsync("MissingDiscountError");
        await page.PictureAsync("page-06-request");
        await page.PressAsync("Merge", leads: false);
        await page.PictureAsync("page-07-request-asks-before-merging");
        await page.PressAsync("Merge into main");
        await page.SaysAsync("merged");
        await page.PictureAsync("page-08-request-merged");
        Assert.Equal("merged", (string?)(await daemon.GetAsync("requests/1"))["request"]?["state"]);
        Assert.Contains(await service.SubjectsAsync("main"), s => s.StartsWith("fix: revert", StringComparison.Ordinal));

        await daemon.IncidentAsync("verifying");
        await page.GoAsync(new Uri(daemon.Address, "/incidents/1"));
        await page.SaysAsync("Proving the fix");
        await page.PictureAsync("page-09-incident-verifying");
        foreach (var (path, name) in new[] { ("/requests", "10-requests"), ("/services", "11-services"), ("/silences", "12-silences"), ("/closed", "13-closed"), ("/incidents/77", "14-not-there") })
        {
            await page.GoAsync(new Uri(daemon.Address, path));
            await page.PictureAsync($"page-{name}");
        }

        Assert.DoesNotContain(page.Complaints, c => !c.Contains("404", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Everything_can_be_read_without_scripts_in_the_dark_and_on_a_telephone()
    {
        await using var place = new Place();
        await using var browser = await Chromium.StartAsync(place);
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        await service.ServeAsync(well: 80, failed: 40);
        await daemon.IncidentAsync("inReview");
        var page = await browser.OpenAsync();
        await page.WithoutScriptsAsync();

        await page.GoAsync(new Uri((await daemon.CliAsync("signin")).Out.Trim()));
        await page.PressAsync("Sign in");
        await page.SaysAsync("books elevated error rate (33%)");
        await page.GoAsync(new Uri(daemon.Address, "/incidents/1"));
        await page.SaysAsync(BookShop.Culprit);
        await page.PictureAsync("page-20-incident-without-scripts");
        await page.GoAsync(new Uri(daemon.Address, "/requests/1"));
        await page.SaysAsync("if (!member) throw new MissingDiscountError");

        await page.DarkAsync();
        await page.PictureAsync("page-21-request-dark");
        await page.SizeAsync(390, 844);
        await page.PictureAsync("page-22-request-telephone-dark");
        foreach (var (path, name) in new[] { ("/", "23-incidents-telephone"), ("/incidents/1", "24-incident-telephone"), ("/services", "25-services-telephone") })
        {
            await page.GoAsync(new Uri(daemon.Address, path));
            await page.PictureAsync($"page-{name}");
            var wide = (await page.EvaluateAsync("document.documentElement.scrollWidth - document.documentElement.clientWidth")).GetValue<double>();
            Assert.True(wide <= 0, $"{path} is {wide} pixels wider than a telephone");
        }

        Assert.Empty(page.Complaints);
    }
}
