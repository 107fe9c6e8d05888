using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nightjar.Configuration;
using Nightjar.Core.Healing;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Stories.Healing;

/// <summary>A shop whose containers a story makes sick.</summary>
internal static class HealLab
{
    public const string Web = "container/web";

    public const string Db = "container/db";

    public static Remedy Reset { get; } = new() { Name = "reset-connections", Exec = ["pool", "reset"], Container = "db" };

    public static (WorldOptions Options, StoryHands Hands) Options(Mode mode = Mode.Autonomous, Func<Service, Service>? service = null, Func<NightjarOptions, NightjarOptions>? change = null)
    {
        var options = new WorldOptions();
        var hands = new StoryHands(options.Clock);
        hands.Set(Web, isWell: true);
        hands.Set(Db, isWell: true);
        return (options with
        {
            Service = s => (service ?? (x => x))(s with { Containers = [new ContainerWatch { Name = "web", DependsOn = ["db"] }, new ContainerWatch { Name = "db" }] }),
            Change = o => (change ?? (x => x))(o with { Conduct = o.Conduct with { Mode = mode } }),
            Parts = (services, _) => services.RemoveAll<IActuator>().RemoveAll<IWorkloads>().AddSingleton<IActuator>(hands).AddSingleton<IWorkloads>(hands),
        }, hands);
    }

    public static Signal Sick(World world, string condition, string workload = Web, ServiceName? service = null) => new()
    {
        Kind = SignalKind.WorkloadFailure,
        Service = service ?? World.Shop,
        At = world.Clock.Now,
        Condition = condition,
        Workload = workload,
        Message = $"{workload} {condition}",
        Severity = Severity.Warning,
    };

    /// <summary>A log line of an alert type.</summary>
    public static Signal Logged(World world, string condition, ServiceName? service = null) => new()
    {
        Kind = SignalKind.LogTrigger,
        Service = service ?? World.Shop,
        At = world.Clock.Now,
        Condition = condition,
        ErrorClass = "PoolError",
        Message = condition,
        Source = condition,
    };
}
