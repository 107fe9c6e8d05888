using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Host;

/// <summary>What is watched of the machine that Nightjar runs on, and whose incidents it makes.</summary>
public sealed record HostOptions
{
    public ServiceName Service { get; init; }

    public ImmutableArray<DiskOptions> Disks { get; init; } = [];
}

/// <summary>A file system, by any path in it.</summary>
public sealed record DiskOptions(string Path)
{
    /// <summary>Share that must be free, 0 to 1.</summary>
    public double Free { get; init; } = 0.10;
}

/// <summary>How full a file system is, in bytes.</summary>
/// <param name="Free">What a user without special rights may still write.</param>
public sealed record DiskSpace(long Total, long Free);
