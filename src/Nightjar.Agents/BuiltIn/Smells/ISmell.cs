using System.Collections.Immutable;

namespace Nightjar.Agents.BuiltIn.Smells;

/// <summary>A way in which changes often break things: an explanation that adds a little weight, never a proof.</summary>
internal interface ISmell
{
    /// <summary>Null when the change does not smell of it.</summary>
    Smelled? Sniff(ChangedFunction change);
}

/// <param name="Says">Our own words: what a reader can look for. Holds names of the source only as inline code.</param>
/// <param name="Line">Where, in the file as it is now; null when it is about something that is gone.</param>
/// <param name="Weight">Log-odds.</param>
internal sealed record Smelled(string Name, string Says, int? Line, double Weight);

/// <summary>A function as it is now, with what one commit did to its file.</summary>
/// <param name="Trouble">Class and message of the error, for smells that fit some errors better than others.</param>
internal sealed record ChangedFunction(FunctionRegion Region, ImmutableArray<string> Added, ImmutableArray<string> Removed, string Trouble);

internal static class AllSmells
{
    public static readonly ImmutableArray<ISmell> List = [new CheckThenAct(), new RemovedLock(), new RemovedNullCheck(), new ChangedTimeout(), new ChangedQuery()];
}
