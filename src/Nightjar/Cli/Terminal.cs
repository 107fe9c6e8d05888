using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Nightjar.Cli;

/// <summary>A Spectre console over a writer; plain text when it is not a terminal.</summary>
internal static class Terminal
{
    /// <summary>Columns of a file or a pipe: nothing is wrapped there.</summary>
    private const int Endless = 10_000;

    public static IAnsiConsole For(TextWriter output)
    {
        var plain = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect, ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect });
        if (plain)
        {
            console.Profile.Width = Endless;
        }

        return console;
    }

    /// <summary>A row a thing; on a terminal the last columns wrap, in a pipe each row is one line.</summary>
    public static void Table(TextWriter output, string whenEmpty, string[] columns, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            output.WriteLine(whenEmpty);
            return;
        }

        var grid = new Grid();
        foreach (var column in columns)
        {
            grid.AddColumn(new GridColumn { NoWrap = column is not ("what" or "why" or "where" or "says"), Padding = new Padding(0, 0, 2, 0) });
        }

        grid.AddRow([.. columns.Select(c => new Text(c, new Style(decoration: Decoration.Dim)))]);
        foreach (var row in all)
        {
            grid.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        var text = new StringWriter(CultureInfo.InvariantCulture);
        var plain = Console.IsOutputRedirected;
        var console = For(plain ? text : output);
        console.Write(grid);
        foreach (var line in text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            output.WriteLine(line.TrimEnd());
        }
    }

    /// <summary>A moment of the API as people read it; empty when there is none.</summary>
    public static string When(JsonNode? at) =>
        DateTimeOffset.TryParse(at?.ToString(), CultureInfo.InvariantCulture, out var moment) ? moment.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "";

    /// <summary>A share of 0 to 1 in percent.</summary>
    public static string Percent(JsonNode? share) => string.Create(CultureInfo.InvariantCulture, $"{(double?)share ?? 0:P1}");
}
