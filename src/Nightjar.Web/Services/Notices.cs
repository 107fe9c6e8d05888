using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Services;
using Nightjar.Web.Look;

namespace Nightjar.Web.Services;

/// <summary>What people say of a service: a commit was deployed, or it should be looked into now.</summary>
internal sealed class Notices(Catalogue catalogue, IIncidents incidents, IInbox inbox, IWakeUps wakeUps, DashboardOptions options, TimeProvider clock)
{
    private const int MostOpen = 500;

    /// <summary>Sha-256 names of commits have 64 hex digits; tags and versions are welcome too.</summary>
    private const int LongestCommit = 100;

    /// <summary>The service of this name; null when nobody looks after one.</summary>
    public Service? Find(string name) => catalogue.Find(new ServiceName(name));

    public static bool IsCommit(string commit) => commit.Length is > 0 and <= LongestCommit && !commit.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));

    /// <summary>Tells every open incident of the service; returns how many.</summary>
    public async Task<int> DeployedAsync(Service service, string commit, string person, CancellationToken cancellationToken)
    {
        var open = await incidents.ListAsync(new IncidentQuery { Open = true, Service = service.Name, Limit = MostOpen }, cancellationToken);
        foreach (var incident in open)
        {
            await inbox.PostAsync(incident.Id, InboxKind.Deployed, person, commit, cancellationToken);
            await wakeUps.WakeAsync(incident.Id, clock.GetUtcNow(), cancellationToken);
        }

        return open.Count;
    }

    public Task<IncidentId> InvestigateAsync(Service service, string person, CancellationToken cancellationToken) =>
        options.Investigate(service.Name, person, cancellationToken);

    public static Answer Told(Service service, string commit, int incidents) =>
        new(true, incidents == 0 ? $"Noted: {commit} runs. No open incident of {service.Name} waits for it." : $"{Words.Plural(incidents, "incident", "incidents")} of {service.Name} told that {commit} runs.");
}
