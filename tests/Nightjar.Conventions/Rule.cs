namespace Nightjar.Conventions;

/// <param name="Name">What <c>allowed.txt</c> would call it.</param>
internal sealed record Violation(string Name, string Says);

/// <summary>Holds a rule, less the exceptions that have a line with a reason in <c>allowed.txt</c>.</summary>
internal static class Rule
{
    private const string File = "tests/Nightjar.Conventions/allowed.txt";

    private static readonly Lazy<HashSet<(string Rule, string Name)>> Allowed = new(() => [.. Read(Tree.Ours.Text(File))]);

    public static void Holds(string rule, IEnumerable<Violation> violations)
    {
        var found = violations.Where(v => !Allowed.Value.Contains((rule, v.Name))).Select(v => $"{v.Name}: {v.Says}").Distinct().ToList();
        Assert.True(found.Count == 0, $"{string.Join('\n', found)}\n(an exception needs a line in {File}: {rule} | name | reason)");
    }

    /// <exception cref="FormatException">A line without three parts, or without a reason worth reading.</exception>
    public static IEnumerable<(string Rule, string Name)> Read(string text)
    {
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var parts = line.Split('|', 3, StringSplitOptions.TrimEntries);
            if (parts.Length != 3 || parts[2].Length < 10)
            {
                throw new FormatException($"{File}: a line is: rule | name | reason, not: {line}");
            }

            yield return (parts[0], parts[1]);
        }
    }
}
