using System.Net;
using Nightjar.Tests.Web.Fakes;

namespace Nightjar.Tests.Web;

/// <summary>The page of the containers.</summary>
public sealed class ContainersPageTests
{
    [Fact]
    public async Task Each_container_is_told_with_what_it_uses_and_its_last_heal()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/containers");
        var db = page.QuerySelector("section[aria-label='shop-db-1']")?.TextContent ?? "";
        foreach (var part in new[] { "container-exited", "exited with code 137", "25 % of its limit", "in 120 ms", "did not help" })
        {
            Assert.Contains(part, db, StringComparison.Ordinal);
        }

        Assert.Contains("none within a week", page.QuerySelector("section[aria-label='shop-web-1']")?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_button_asks_for_a_heal_and_leads_to_the_incident()
    {
        await using var web = await WebApp.StartFilledAsync();
        using var browser = await web.SignedInAsync();
        using var answer = await browser.PressAsync(await browser.PageAsync("/containers"), "form[action='/containers/heal']:has(input[value=shop-db-1])");
        Assert.Equal((HttpStatusCode.SeeOther, "/incidents/12"), (answer.StatusCode, answer.Headers.Location?.ToString().Split('?')[0]));
        Assert.Equal([("shop-db-1", "ada")], web.HealWishes);
        using var unknown = await browser.PressAsync(await browser.PageAsync("/containers"), "form[action='/containers/heal']", ("container", "nobody"));
        Assert.Single(web.HealWishes);
    }

    [Fact]
    public async Task What_a_container_says_is_text_and_no_markup()
    {
        await using var web = await WebApp.StartFilledAsync();
        web.Containers.All.Add(WebContainers.Standing("x\"><script>alert(1)</script>", false, "<img src=x onerror=alert(1)>", "<b>"));
        using var browser = await web.SignedInAsync();
        var page = await browser.PageAsync("/containers");
        Assert.Empty(page.QuerySelectorAll("main img, main script, main b"));
        Assert.Contains("<img src=x onerror=alert(1)>", page.Body?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_containers_it_says_how_to_name_them()
    {
        await using var web = await WebApp.StartFilledAsync();
        web.Containers.All.Clear();
        using var browser = await web.SignedInAsync();
        Assert.Contains("No container is looked after", (await browser.PageAsync("/containers")).Body?.TextContent, StringComparison.Ordinal);
    }
}
