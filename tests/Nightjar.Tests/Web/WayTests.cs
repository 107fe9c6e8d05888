using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Tests.Web.Fakes;
using Nightjar.Web.Incidents;

namespace Nightjar.Tests.Web;

public sealed class WayTests
{
    [Fact]
    public void What_was_not_done_is_not_green_when_a_person_is_asked_to_mend_it()
    {
        var asked = WebSeed.Incident(5, IncidentState.NeedsHuman, WebSeed.Now, "x") with
        {
            Finding = WebSeed.Finding with { Suspect = null },
            Change = new ProposedChange("no fix", "", null, null, null, null, "why"),
            Question = new Question("Mend it?", IncidentState.Verifying, WebSeed.Now),
        };
        Assert.Equal(["Seen"], Behind(asked));
        Assert.Equal("Fix", Way.Of(asked).Single(s => s.IsHere).Name);
    }

    [Fact]
    public void An_incident_that_ended_by_itself_was_not_fixed()
    {
        var over = WebSeed.Incident(5, IncidentState.Resolved, WebSeed.Now, "x") with { Outcome = IncidentOutcome.OverByItself };
        Assert.Equal(["Seen"], Behind(over));
    }

    private static IEnumerable<string> Behind(Incident incident) => Way.Of(incident).Where(s => s.IsBehind).Select(s => s.Name);
}
