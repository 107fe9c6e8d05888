using Nightjar.Core.Incidents;
using Nightjar.Web.Look;

namespace Nightjar.Web.Incidents;

/// <summary>A row of the journal in the words of its readers.</summary>
/// <param name="Repeats">Rows of this word in a row are one line; null where each is a line of its own.</param>
internal sealed record Deed(string Says, string? Detail, string? Repeats)
{
    private const string Wait = "Waits for ";

    private const string AtWork = "Agent at work: ";

    /// <summary>Housekeeping that nobody reads once it went well.</summary>
    private static readonly string[] Routine = ["Chose a free branch name"];

    public static Deed Of(JournalEntry entry) => entry.Act switch
    {
        "state" => Turn(entry.Why),
        "opened" => new Deed("Opened", entry.Why, null),
        "wait" => new Deed(Wait + entry.Why, null, Wait),
        "model" or "tool" => new Deed(AtWork + entry.Why, null, AtWork),
        "announce" => new Deed($"Told people: {entry.Why}", null, null),
        _ => new Deed(Words.Upper(entry.Why), null, entry.Why),
    };

    public static bool IsRoutine(TimelineRow row) => Routine.Contains(row.Says);

    public bool IsSame(TimelineRow? before) =>
        before is { IsTurn: false, State: StepState.Note } && Repeats is not null && (before.Says == Says || (Repeats is Wait or AtWork && before.Says.StartsWith(Repeats, StringComparison.Ordinal)));

    /// <summary>The row of a move is "State: why"; the cause, which is why a fix is written, has a part of its own on the page.</summary>
    private static Deed Turn(string why)
    {
        var at = why.IndexOf(": ", StringComparison.Ordinal);
        return at > 0 && Enum.TryParse<IncidentState>(why[..at], out var state)
            ? new Deed(Words.State(state), state == IncidentState.Proposing ? "The investigation is done" : Words.Upper(why[(at + 2)..]), null)
            : new Deed(Words.Upper(why), null, null);
    }
}
