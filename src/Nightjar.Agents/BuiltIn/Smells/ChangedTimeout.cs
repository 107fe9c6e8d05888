using System.Text.RegularExpressions;

namespace Nightjar.Agents.BuiltIn.Smells;

/// <summary>A time limit was changed; it says more when the error is about time.</summary>
internal sealed partial class ChangedTimeout : ISmell
{
    public Smelled? Sniff(ChangedFunction change) =>
        change.Added.Any(l => Limit().IsMatch(l)) && change.Removed.Any(l => Limit().IsMatch(l))
            ? new Smelled("changed-timeout", "It changed a time limit", null, Late().IsMatch(change.Trouble) ? 1.5 : 0.3)
            : null;

    [GeneratedRegex(@"(?i)time_?-?out\w*\W.*\d|deadline\w*\W.*\d|FromSeconds\(|FromMilliseconds\(", RegexOptions.CultureInvariant)]
    private static partial Regex Limit();

    [GeneratedRegex(@"(?i)time_?-?d?\s?out|deadline exceeded|TaskCanceled|OperationCanceled", RegexOptions.CultureInvariant)]
    private static partial Regex Late();
}
