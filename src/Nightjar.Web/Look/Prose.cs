using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace Nightjar.Web.Look;

/// <summary>
/// Markdown as markup that can do nothing: no raw HTML, no images, links only to the web or to a place on this page.
/// </summary>
internal static class Prose
{
    /// <summary>Characters that are laid out; a report has some ten thousand.</summary>
    private const int Longest = 200_000;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseTaskLists().Build();

    public static MarkupString Render(string markdown)
    {
        var document = Markdown.Parse(markdown.Length > Longest ? markdown[..Longest] : markdown, Pipeline);
        foreach (var node in document.Descendants().ToArray())
        {
            Tame(node);
        }

        return new MarkupString(document.ToHtml(Pipeline));
    }

    private static void Tame(MarkdownObject node)
    {
        switch (node)
        {
            case LinkInline link when link.IsImage || !IsSafe(link.Url):
                Unwrap(link);
                break;
            case AutolinkInline auto when !auto.IsEmail && !IsSafe(auto.Url):
                auto.ReplaceBy(new LiteralInline(auto.Url));
                break;
            case LinkInline or AutolinkInline:
                node.GetAttributes().AddPropertyIfNotExist("rel", "noopener noreferrer nofollow");
                break;
            case TaskList task:
                task.ReplaceBy(new LiteralInline(task.Checked ? "☑" : "☐"));
                break;
            case Table table:
                // An aligned column would come out with a style attribute.
                table.ColumnDefinitions.ForEach(c => c.Alignment = null);
                break;
        }
    }

    private static void Unwrap(LinkInline link)
    {
        var words = new ContainerInline();
        link.ReplaceBy(words);
        foreach (var child in link.ToArray())
        {
            child.Remove();
            words.AppendChild(child);
        }
    }

    private static bool IsSafe(string? url) =>
        url is ['#', ..] || (Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme is ("http" or "https" or "mailto"));
}
