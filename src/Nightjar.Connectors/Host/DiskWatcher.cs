using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Host;

/// <summary>Looks once a minute how much of each file system is free.</summary>
/// <param name="read">Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> where it cannot be told.</param>
public sealed partial class DiskWatcher(HostOptions options, ISignalDoor door, Func<string, DiskSpace> read, TimeProvider clock, ILogger<DiskWatcher> logger) : IWatcher, IProbeAnswers
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Repeat = TimeSpan.FromMinutes(10);

    /// <summary>A third of what must be free is critical.</summary>
    private const double CriticalPart = 1.0 / 3;

    /// <summary>It is over with a fifth more than what must be free, so that it does not come and go at the edge.</summary>
    private const double OverPart = 1.2;

    private readonly ImmutableArray<(DiskOptions Disk, StandingFinding Finding)> disks = [.. options.Disks.Select(d => (d, new StandingFinding(options.Service, $"disk:{d.Path}", "disk-low", Repeat)))];
    private volatile string says = "not looked at yet";
    private volatile bool isWell = true;

    public string Name => "disks";

    public WatcherHealth Health => new(isWell, says);

    /// <summary>What the system says of the file system that a path is in.</summary>
    public static DiskSpace Read(string path)
    {
        try
        {
            var drive = new DriveInfo(path);
            return new DiskSpace(drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (ArgumentException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            await LookAsync(cancellationToken);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    public DateTimeOffset? LastWell(ServiceName service, string probe) => disks.FirstOrDefault(d => d.Finding.Service == service && d.Finding.Source == probe).Finding?.WellAt;

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var parts = new List<string>();
        var wells = true;
        foreach (var (disk, finding) in disks)
        {
            try
            {
                var space = read(disk.Path);
                var share = space.Total > 0 ? (double)space.Free / space.Total : 0;
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{disk.Path}: {share * 100:0.#} % free"));
                await JudgeAsync(disk, finding, space, share, cancellationToken);
            }
#pragma warning disable CA1031 // Neither a file system that is gone nor a door that fails ends the watching: it says so and looks again.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                finding.Untold();
                wells = false;
                parts.Add($"{disk.Path}: {e.Message}");
                LookFailed(disk.Path, e.Message);
            }
        }

        (isWell, says) = (wells, string.Join("; ", parts));
    }

    private async Task JudgeAsync(DiskOptions disk, StandingFinding finding, DiskSpace space, double share, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (share >= disk.Free * (finding.IsStanding ? OverPart : 1))
        {
            if (finding.Well(now))
            {
                Recovered(disk.Path, share);
            }
        }
        else
        {
            var message = string.Create(CultureInfo.InvariantCulture, $"{disk.Path} has {share * 100:0.#} % free ({space.Free / 1e9:0.##} of {space.Total / 1e9:0.##} GB), less than {disk.Free * 100:0.#} %");
            if (finding.Found(message, share < disk.Free * CriticalPart ? Severity.Critical : Severity.Warning, now) is { } signal)
            {
                await door.AcceptAsync(signal, cancellationToken);
            }
        }
    }

    [LoggerMessage(3555, LogLevel.Information, "{Path} has enough space again, {Share:P1} free")]
    private partial void Recovered(string path, double share);

    [LoggerMessage(3556, LogLevel.Warning, "Could not look at the space of {Path}: {Why}")]
    private partial void LookFailed(string path, string why);
}
