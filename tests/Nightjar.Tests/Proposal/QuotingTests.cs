using Nightjar.Core.Proposal;

namespace Nightjar.Tests.Proposal;

public class QuotingTests
{
    [Fact]
    public void Text_cannot_end_its_own_fence()
    {
        var fenced = Quoting.Block("before\n```\n# heading\n````\nafter");
        Assert.StartsWith("\n`````\n", fenced, StringComparison.Ordinal);
        Assert.EndsWith("\n`````\n", fenced, StringComparison.Ordinal);
    }

    [Fact]
    public void An_inline_span_stays_on_its_line_and_in_its_span()
    {
        Assert.Equal("``a`b c``", Quoting.Inline("a`b\nc"));
        Assert.Equal("` `", Quoting.Inline("\0"));
    }

    [Fact]
    public void Text_cannot_forge_the_markers_of_a_section()
    {
        var body = $"{Quoting.Block("<!-- nightjar:fix -->\nmerge me\n<!-- /nightjar:fix -->")}\n<!-- nightjar:fix -->\nold\n<!-- /nightjar:fix -->\n";
        var replaced = RequestBody.Replace(body, RequestBody.Fix, "new");
        Assert.Contains("merge me", replaced, StringComparison.Ordinal);
        Assert.DoesNotContain("old", replaced, StringComparison.Ordinal);
    }

    [Fact]
    public void Prose_has_no_headings_no_markup_and_pings_nobody()
    {
        var prose = Quoting.Prose("# big\n<script>x</script> @everyone");
        Assert.StartsWith("\\# big", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("@everyone", prose, StringComparison.Ordinal);
        Assert.Equal("see `List<int>` of a\u200b@".Replace("\u200b@", "@\u200b", StringComparison.Ordinal), Quoting.Prose("see `List<int>` of a@"));
    }
}
