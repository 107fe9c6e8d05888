using System.Text.RegularExpressions;

namespace Nightjar.Agents.BuiltIn.Smells;

/// <summary>A check for "nothing there" is gone; it says more when the error is about nothing being there.</summary>
internal sealed partial class RemovedNullCheck : ISmell
{
    public Smelled? Sniff(ChangedFunction change) =>
        change.Removed.Count(l => Check().IsMatch(l)) > change.Added.Count(l => Check().IsMatch(l))
            ? new Smelled("removed-null-check", "It removed a check for a missing value", null, Missing().IsMatch(change.Trouble) ? 1.0 : 0.3)
            : null;

    [GeneratedRegex(@"(?:==|!=)=?\s*(?:null|nil|None|undefined)\b|\bis (?:not )?(?:null|None)\b|\?\?|\?\.|ThrowIfNull|requireNonNull|Optional\.ofNullable", RegexOptions.CultureInvariant)]
    private static partial Regex Check();

    [GeneratedRegex(@"NullReference|NullPointer|ArgumentNull|nil pointer|of (?:null|undefined)|NoneType|KeyNotFound|KeyError", RegexOptions.CultureInvariant)]
    private static partial Regex Missing();
}
