using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Web.Look;

namespace Nightjar.Web.Services;

/// <summary>One service and how it does right now.</summary>
/// <param name="Recent">The last half hour.</param>
public sealed record ServiceLine(Service Service, RateReading Rate, IReadOnlyList<RateBucket> Recent, int OpenIncidents)
{
    public bool IsOver => Rate.Total >= Service.ErrorRate.MinVolume && Rate.Rate >= Service.ErrorRate.Threshold;

    public string Counts => Rate.Total == 0 && Service.ErrorRate.Of == RateUnit.Auto ? "requests or lines, whichever the logs tell" : Words.Unit(Rate.Total == 0 ? Service.ErrorRate.Of : Rate.Of);
}

/// <summary>Reads how the services do, and passes on what people say of one.</summary>
internal sealed class ServiceLines(Catalogue catalogue, IRates rates, IIncidents incidents, TimeProvider clock)
{
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(30);

    private const int MostOpen = 500;

    public async Task<ImmutableArray<ServiceLine>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var open = (await incidents.ListAsync(new IncidentQuery { Open = true, Limit = MostOpen }, cancellationToken)).CountBy(i => i.Service).ToDictionary();
        var lines = ImmutableArray.CreateBuilder<ServiceLine>();
        foreach (var service in catalogue.All.OrderBy(s => s.Name.Value, StringComparer.Ordinal))
        {
            lines.Add(new ServiceLine(
                service,
                await rates.ReadAsync(service.Name, now - service.ErrorRate.Window, now, cancellationToken),
                await rates.SeriesAsync(service.Name, now - Recent, now, cancellationToken),
                open.GetValueOrDefault(service.Name)));
        }

        return lines.ToImmutable();
    }
}
