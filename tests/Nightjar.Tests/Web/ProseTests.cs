using Nightjar.Core.Evidence;
using Nightjar.Web.Look;

namespace Nightjar.Tests.Web;

public sealed class ProseTests
{
    [Theory]
    [InlineData("`A<b>` came from `x:3`", "<code>A&lt;b&gt;</code> came from <code>x:3</code>")]
    [InlineData("*not* _this_ [x](javascript:y) <b>", "*not* _this_ [x](javascript:y) &lt;b&gt;")]
    [InlineData("# no\n- heading", "# no - heading")]
    [InlineData("`` a`b ``", "<code>a`b</code>")]
    [InlineData("an open ` tick", "an open ` tick")]
    [InlineData("", "")]
    public void A_line_has_code_spans_and_nothing_else(string text, string html) => Assert.Equal(html, Prose.Line(text).Value);

    [Fact]
    public void A_line_is_cut_inside_a_span_without_leaving_it_open() =>
        Assert.Equal("see <code>abc&#x2026;</code>", Prose.Line("see `abcdefgh` and more", 7).Value);

    [Fact]
    public void The_markers_of_our_sections_are_not_shown_and_other_comments_are_text()
    {
        var html = Prose.Render("<!-- nightjar:fix -->\n## Fix\n<!-- /nightjar:fix -->\n\n<!-- nightjar:x --> y").Value;
        Assert.DoesNotContain("nightjar:fix", html, StringComparison.Ordinal);
        Assert.Contains("&lt;!-- nightjar:x --&gt; y", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bar_in_the_code_of_a_table_is_a_bar_and_an_empty_head_is_no_head()
    {
        var html = Prose.Render("| | |\n|---|---|\n| Of | `shop\\|Error` |").Value;
        Assert.Contains("<code>shop|Error</code>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<th", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_json_line_is_read_field_by_field_with_its_stack_in_lines()
    {
        Assert.Equal("level: error\nexception.type: E\nexception.stack: \nat A\nat B\nn: 3", ReadableLine.Of("""{"level":"error","exception":{"type":"E","stack":"at A\nat B"},"n":3}"""));
        Assert.Equal("{\"cut\":\"of", ReadableLine.Of("{\"cut\":\"of"));
        Assert.Equal("plain", ReadableLine.Of("plain"));
    }
}
