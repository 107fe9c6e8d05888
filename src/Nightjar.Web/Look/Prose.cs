using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace Nightjar.Web.Look;

/// <summary>
/// Markdown as markup that can do nothing: no raw HTML, no images, links only to the web or to a place on this page.
/// </summary>
internal static partial class Prose
{
    /// <summary>Characters that are laid out; a report has some ten thousand.</summary>
    private const int Longest = 200_000;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseTaskLists().Build();

    private static readonly MarkdownPipeline Spans = OnlySpans();

    public static MarkupString Render(string markdown)
    {
        var document = Markdown.Parse(Markers().Replace(markdown.Length > Longest ? markdown[..Longest] : markdown, ""), Pipeline);
        foreach (var node in document.Descendants().ToArray())
        {
            Tame(node);
        }

        return new MarkupString(document.ToHtml(Pipeline));
    }

    /// <summary>One line: code spans as such, everything else letter by letter, cut where it gets too long.</summary>
    public static MarkupString Line(string text, int longest = 600)
    {
        var html = new StringBuilder();
        var left = longest;
        foreach (var part in Markdown.Parse(Words.Line(text, Longest), Spans).Descendants<LeafInline>())
        {
            var (words, isCode) = part switch
            {
                CodeInline code => (code.Content, true),
                LiteralInline literal => (literal.Content.ToString(), false),
                _ => (" ", false),
            };
            var shown = HtmlEncoder.Default.Encode(words.Length > left ? $"{words[..left]}…" : words);
            html.Append(isCode ? $"<code>{shown}</code>" : shown);
            if ((left -= words.Length) <= 0)
            {
                break;
            }
        }

        return new MarkupString(html.ToString());
    }

    private static MarkdownPipeline OnlySpans()
    {
        var builder = new MarkdownPipelineBuilder();
        builder.BlockParsers.Clear();
        builder.BlockParsers.Add(new ParagraphBlockParser());
        builder.InlineParsers.Clear();
        builder.InlineParsers.Add(new CodeInlineParser());
        return builder.Build();
    }

    private static void Tame(MarkdownObject node)
    {
        switch (node)
        {
            case CodeInline code when InCell(code):
                code.Content = code.Content.Replace("\\|", "|", StringComparison.Ordinal);
                break;
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
                Behead(table);
                break;
        }
    }

    /// <summary>In a table a bar is escaped even in code (GitHub Flavored Markdown 0.29, example 200), which the parser leaves to us.</summary>
    private static bool InCell(CodeInline code)
    {
        Inline root = code;
        while (root.Parent is { } parent)
        {
            root = parent;
        }

        return root is ContainerInline { ParentBlock.Parent: TableCell };
    }

    /// <summary>Markdown has no table without a head; one of empty cells is none.</summary>
    private static void Behead(Table table)
    {
        if (table is [TableRow { IsHeader: true } head, ..] && head.Descendants<LiteralInline>().All(l => l.Content.IsEmptyOrWhitespace()) && !head.Descendants<CodeInline>().Any())
        {
            table.Remove(head);
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

    /// <summary>What tells our own sections of a request apart, and nobody needs to read.</summary>
    [GeneratedRegex("^<!-- /?nightjar:[a-z]+ -->$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Markers();
}
