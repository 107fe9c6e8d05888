using System.Text;

namespace Nightjar.Configuration;

/// <summary>The table of every key, in Markdown. It is committed as <c>docs/configuration.md</c>.</summary>
internal static class ConfigurationReference
{
    private const string Head = """
        # nightjar.yaml, key by key

        This page is made from the declarations that the program reads the file with. Only `services` or `kubernetes` must be given, and of a service
        only its `name`; what is left out has the default shown. `[]` stands for each item of a list.

        - Durations: `250ms`, `90s`, `10m`, `1h30m`, `30d`.
        - `${NAME}` in a value reads the environment, `${NAME:-default}` when it may be absent; `$${` stands for the two characters `${`.
        - Paths may begin with `~`; a relative one starts at the folder of the file. Commands run in a clone of the service's repository.
        - A key that does not exist, a key that would never be used and a variable that is missing are faults: Nightjar names all of them and does not start.

        | Key | Takes | Default | Meaning |
        |---|---|---|---|

        """;

    public static string Write()
    {
        var page = new StringBuilder(Head);
        foreach (var row in Keys.Root.Rows(""))
        {
            var ifAbsent = row.Required ? "must be given" : row.Default is { } value ? $"`{value}`" : "";
            page.Append($"| `{row.Path}` | {Cell(row.Takes)} | {Cell(ifAbsent)} | {Cell(row.Meaning)} |\n");
        }

        return page.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
