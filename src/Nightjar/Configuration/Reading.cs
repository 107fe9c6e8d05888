using System.Collections.Immutable;

namespace Nightjar.Configuration;

/// <summary>One reading of one file: what went wrong so far, where each key was found, which variables filled it.</summary>
/// <param name="folder">The folder of the file; paths in it start there.</param>
internal sealed class Reading(Func<string, string?> environment, string folder)
{
    private readonly List<Fault> faults = [];
    private readonly Dictionary<string, Place> places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<string>> variables = new(StringComparer.Ordinal);

    public IReadOnlyList<Fault> Faults => faults;

    public IReadOnlyDictionary<string, Place> Places => places;

    public IReadOnlyDictionary<string, ImmutableArray<string>> VariablesByPath => variables;

    public bool Has(string path) => places.ContainsKey(path);

    public void Found(string path, Place at) => places[path] = at;

    public void Blame(Place at, string path, string says) => faults.Add(new Fault(at, path, says));

    /// <summary>Says it at the place of a key that was found, or of the nearest one above it.</summary>
    public void Blame(string path, string says)
    {
        var nearest = path;
        while (nearest.Length > 0 && !places.ContainsKey(nearest))
        {
            nearest = nearest[..Math.Max(0, nearest.LastIndexOfAny(['.', '[']))];
        }

        faults.Add(new Fault(places.TryGetValue(nearest, out var at) ? at : new Place(1, 1), path, says));
    }

    /// <summary>The value with its variables filled; null when one is missing, which is then said.</summary>
    public string? Fill(ScalarNode node, string path)
    {
        var (text, names, wrong) = Variables.Fill(node.Text, environment);
        if (names.Length > 0)
        {
            variables[path] = names;
        }

        foreach (var says in wrong)
        {
            Blame(node.At, path, says);
        }

        return wrong.Length == 0 ? text : null;
    }

    /// <summary>
    /// Absolute: <c>~</c> is the home folder, and what is relative starts at the file's folder. Null when there is no home folder.
    /// </summary>
    public string? FullPath(string path)
    {
        if (path != "~" && !path.StartsWith("~/", StringComparison.Ordinal))
        {
            return Path.GetFullPath(path, folder);
        }

        return environment("HOME") is { Length: > 0 } home ? Path.GetFullPath(Path.Join(home, path.AsSpan(1)), folder) : null;
    }

    /// <summary>A default that names variables itself, such as that of the state folder.</summary>
    public string FillDefault(string text) => Variables.Fill(text, environment).Text;
}
