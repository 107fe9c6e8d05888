using System.Collections.Immutable;
using Nightjar.Core.Investigation;

namespace Nightjar.Agents.BuiltIn;

/// <summary>The code that the error leads to.</summary>
/// <param name="Failing">Functions on the stack, in the order of the frames.</param>
/// <param name="Called">Functions of other files that those name, where a cause may sit that is on no stack any more.</param>
/// <param name="Files">Every file of both.</param>
internal sealed record Scene(ImmutableArray<BlamedFunction> Failing, ImmutableArray<BlamedFunction> Called, ImmutableArray<string> Files, ImmutableArray<string> Missing)
{
    public static readonly Scene Empty = new([], [], [], []);

    public BlamedFunction? Top => Failing.Length > 0 ? Failing[0] : null;
}

/// <param name="Line">The line of the frame; null when only the function is known.</param>
/// <param name="Caller">For a called function: the name of the failing one that calls it.</param>
internal sealed record BlamedFunction(FunctionRegion Region, int? Line, ImmutableArray<BlameLine> Blame, string Caller)
{
    public string Path => Region.File.Path;

    public string? LineSha => Blame.FirstOrDefault(b => b.Line == Line)?.Sha;

    public int LinesOf(string sha) => Blame.Count(b => b.Sha == sha && !string.IsNullOrWhiteSpace(b.Text));

    public int Lines => Blame.Count(b => !string.IsNullOrWhiteSpace(b.Text));

    public CodePlace Place(int? at = null) => new(Path, at ?? Line ?? Region.From, Region.Name.Length > 0 ? Region.Name : null);
}
