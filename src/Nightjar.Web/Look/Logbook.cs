using Nightjar.Core.Incidents;

namespace Nightjar.Web.Look;

/// <summary>
/// Puts into the journal what people do to Nightjar itself (pause, resume, silences); what they do to an incident is written when
/// its inbox is taken in. Written first: an act whose row cannot be written is not done.
/// </summary>
internal sealed class Logbook(IJournal journal, TimeProvider clock)
{
    public Task NoteAsync(string person, string act, string why, CancellationToken cancellationToken) =>
        journal.AppendAsync(new JournalEntry { At = clock.GetUtcNow(), Actor = person, Act = act, Why = why.Length > 0 ? why : "no reason given" }, cancellationToken);
}
