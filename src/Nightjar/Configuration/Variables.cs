using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Nightjar.Configuration;

/// <summary>
/// Fills <c>${NAME}</c> and <c>${NAME:-default}</c> in a value from the environment; <c>$${</c> stands for <c>${</c>. It is done
/// to single values after the YAML was parsed, so a variable's text can never become keys, items or another variable.
/// </summary>
internal static partial class Variables
{
    /// <summary>The value, the names it came from, and what is wrong with it, if something is.</summary>
    public static (string Text, ImmutableArray<string> Names, ImmutableArray<string> Faults) Fill(string text, Func<string, string?> environment)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return (text, [], []);
        }

        var names = ImmutableArray.CreateBuilder<string>();
        var faults = ImmutableArray.CreateBuilder<string>();
        var filled = Reference().Replace(text, match =>
        {
            if (match.Groups["escaped"].Success)
            {
                return "${";
            }

            if (!match.Groups["name"].Success)
            {
                faults.Add("${ begins a variable that is not ended; write ${NAME} or ${NAME:-default}, or $${ for the two characters themselves");
                return "";
            }

            var name = match.Groups["name"].Value;
            names.Add(name);
            var value = environment(name);
            if (match.Groups["default"].Success)
            {
                return string.IsNullOrEmpty(value) ? match.Groups["default"].Value : value;
            }

            if (value is null)
            {
                faults.Add($"the environment has no variable {name}; set it, or give a default as in ${{{name}:-default}}");
            }

            return value ?? "";
        });
        return (filled, names.ToImmutable(), faults.ToImmutable());
    }

    [GeneratedRegex(@"(?<escaped>\$\$\{)|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?<default>[^}]*))?\}|\$\{", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
