using System.Collections.Immutable;

namespace Nightjar.Configuration;

/// <summary>A value of the file as it was written, before anything is read into it.</summary>
internal abstract record Node(Place At)
{
    /// <summary>What it is, for people: <c>a list</c>.</summary>
    public abstract string Kind { get; }
}

/// <param name="IsPlain">Written without quotes, so that <c>null</c> and <c>~</c> mean nothing.</param>
internal sealed record ScalarNode(string Text, bool IsPlain, Place At) : Node(At)
{
    public override string Kind => IsNothing ? "nothing" : "a single value";

    public bool IsNothing => IsPlain && Text is "" or "~" or "null";
}

internal sealed record ListNode(ImmutableArray<Node> Items, Place At) : Node(At)
{
    public override string Kind => "a list";
}

/// <summary>Keys as they come, doubles included.</summary>
internal sealed record MapNode(ImmutableArray<(Node Key, Node Value)> Pairs, Place At) : Node(At)
{
    public override string Kind => "a group of keys";
}
