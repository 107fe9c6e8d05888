namespace Nightjar.Agents.Fence;

/// <summary>Which fence is to be had.</summary>
internal static class Fences
{
    /// <summary>The first that works on this machine; where none does, why.</summary>
    public static async Task<(IFence? Fence, string Why)> FirstUsableAsync(this IReadOnlyList<IFence> fences, CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        foreach (var fence in fences)
        {
            var state = await fence.ProbeAsync(cancellationToken);
            if (state.IsUsable)
            {
                return (fence, "");
            }

            refused.Add(state.Says);
        }

        return (null, string.Join("; ", refused));
    }
}
