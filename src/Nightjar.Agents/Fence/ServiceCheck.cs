using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Agents.Fence;

/// <summary>Runs a service's own check inside the first fence that works here, and without one only code that the repository already held.</summary>
/// <param name="fences">In order of preference.</param>
/// <param name="readOnly">More paths that the check of a service may read: the object store that its shared clone borrows from.</param>
public sealed partial class ServiceCheck(IReadOnlyList<IFence> fences, IFence without, Func<Service, ImmutableArray<string>> readOnly, ILogger<ServiceCheck> logger) : IServiceCheck
{
    public async Task<CheckResult> RunAsync(Service service, string clonePath, CodeOrigin origin, CancellationToken cancellationToken)
    {
        var check = service.Check ?? throw new InvalidOperationException($"{service.Name} has no check command");
        var fence = await ChooseAsync(origin, cancellationToken);
        var command = FencedCommand.Shell(check.Command, Path.GetFullPath(clonePath), check.Timeout) with { Network = check.Network, ReadOnly = readOnly(service) };
        var run = await fence.RunAsync(command, cancellationToken);
        Checked(service.Name, fence.Name, run.ExitCode, run.Took.TotalSeconds);
        return new CheckResult(run.ExitCode == 0, run.ExitCode, run.Took, fence.Name, run.Output);
    }

    private async Task<IFence> ChooseAsync(CodeOrigin origin, CancellationToken cancellationToken)
    {
        var (fence, why) = await fences.FirstUsableAsync(cancellationToken);
        if (fence is not null)
        {
            return fence;
        }

        if (origin == CodeOrigin.WrittenByModel)
        {
            throw new NoFenceException($"Code that a model wrote is run inside a fence only, and none can be had here: {why}");
        }

        RanWithoutFence(why);
        return without;
    }

    [LoggerMessage(4000, LogLevel.Information, "Checked {Service} (fence: {Fence}): exit code {ExitCode} after {Seconds:0.0} s")]
    private partial void Checked(ServiceName service, string fence, int? exitCode, double seconds);

    [LoggerMessage(4001, LogLevel.Warning, "Ran a check without a fence: {Why}")]
    private partial void RanWithoutFence(string why);
}
