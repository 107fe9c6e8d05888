using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Web.Fakes;

/// <summary>Two containers, their figures, and what healing came to.</summary>
internal sealed class WebContainers : IContainerFigures, IHeals
{
    public List<ContainerStanding> All { get; } =
    [
        Standing("shop-web-1", true, "running since 03:00:00 UTC, healthy", null),
        Standing("shop-db-1", false, "exited with code 137", "container-exited"),
    ];

    public HealFigures Healed { get; set; } = new(8, 6, 1);

    public List<(string Container, DateTimeOffset From, DateTimeOffset To)> SeriesAsked { get; } = [];

    public Task AddAsync(IReadOnlyList<ContainerFigure> figures, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<ContainerSlice>> SeriesAsync(string container, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        SeriesAsked.Add((container, from, to));
        return Task.FromResult<IReadOnlyList<ContainerSlice>>(container is "shop-web-1" or "gone"
            ? [new ContainerSlice(now.AddMinutes(-5), IContainerFigures.Fine, 9, 10, TimeSpan.FromMilliseconds(120), 0.25, 1_000, 2_000, 4_000, 1)]
            : []);
    }

    public Task<IReadOnlyList<(string Container, TimeSpan Mean)>> SlowerThanAsync(TimeSpan mean, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<(string, TimeSpan)>>(to - from == TimeSpan.FromHours(1) && mean == TimeSpan.FromSeconds(1) ? [("shop-web-1", TimeSpan.FromMilliseconds(1_250))] : []);

    public Task<IReadOnlyDictionary<string, double>> UptimeAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, double>>(new Dictionary<string, double> { ["shop-web-1"] = 0.999 });

    public Task<HealFigures> FiguresAsync(DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult(Healed);

    public Task<IReadOnlyList<HealRow>> SinceAsync(DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<HealRow>>(
        [new HealRow { Incident = new IncidentId(12), Key = "heal-1", Service = WebSeed.Shop, Playbook = "restart", Action = "restart", Workload = "container/shop-db-1", At = WebSeed.Now.AddMinutes(-5), End = HealEnd.Ineffective }]);

    public Task<HealRow> BeginAsync(HealRow row, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task EndAsync(IncidentId incident, string key, HealEnd end, DateTimeOffset at, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task EscalatedAsync(ServiceName service, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<StrategyRecord>> StrategiesAsync(ServiceName? service, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<HealStop?> GetStopAsync(CancellationToken cancellationToken) => Task.FromResult<HealStop?>(null);

    public Task SetStopAsync(HealStop stop, CancellationToken cancellationToken) => throw new NotSupportedException();

    public static ContainerStanding Standing(string name, bool isWell, string says, string? condition) => new(
        name,
        WebSeed.Shop,
        new WorkloadStanding(isWell, says, WebSeed.Now, WebSeed.Now.AddMinutes(-12), 2),
        condition,
        new ContainerLook(new ContainerState { Id = "c0ffee", Name = name, Status = isWell ? ContainerStatus.Running : ContainerStatus.Exited, MemoryLimit = 4_000 }, new ContainerUsage(WebSeed.Now, default, 1_000, 0, 0, 0, 0), new UrlAnswer(true, "", TimeSpan.FromMilliseconds(120)), WebSeed.Now));
}
