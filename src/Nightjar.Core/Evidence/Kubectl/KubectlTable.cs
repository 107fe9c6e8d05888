namespace Nightjar.Core.Evidence.Kubectl;

/// <summary>A table of <c>kubectl get</c>: a cell begins where its heading does, whatever the widths are.</summary>
internal sealed class KubectlTable
{
    private const int MostRows = 20_000;

    private readonly List<(string Name, int At)> columns;

    private KubectlTable(List<(string Name, int At)> columns, List<string> lines) => (this.columns, Lines) = (columns, lines);

    private List<string> Lines { get; }

    public IEnumerable<Func<string, string>> Rows => Lines.Select(line => (Func<string, string>)(name => Cell(line, name)));

    /// <summary>Null for what is no table.</summary>
    public static KubectlTable? Read(string text)
    {
        var lines = text.Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Trim().Length > 0).Take(MostRows).ToList();
        if (lines.Count == 0 || !(lines[0].StartsWith("NAME ", StringComparison.Ordinal) || lines[0].StartsWith("NAMESPACE ", StringComparison.Ordinal) || lines[0].StartsWith("LAST SEEN ", StringComparison.Ordinal)))
        {
            return null;
        }

        var columns = new List<(string, int)>();
        var header = lines[0];
        for (var i = 0; i < header.Length;)
        {
            // Headings of two words have one blank between them, columns at least two.
            var end = header.IndexOf("  ", i, StringComparison.Ordinal);
            end = end < 0 ? header.Length : end;
            columns.Add((header[i..end].Trim(), i));
            i = end;
            while (i < header.Length && header[i] == ' ')
            {
                i++;
            }
        }

        return new KubectlTable(columns, lines[1..]);
    }

    public bool Has(params string[] names) => names.All(n => columns.Exists(c => c.Name == n));

    private string Cell(string line, string name)
    {
        var index = columns.FindIndex(c => c.Name == name);
        if (index < 0 || columns[index].At >= line.Length)
        {
            return "";
        }

        var end = index + 1 < columns.Count ? Math.Min(columns[index + 1].At, line.Length) : line.Length;
        var cell = line[columns[index].At..end].Trim();
        return cell is "<none>" or "<unset>" ? "" : cell;
    }
}
