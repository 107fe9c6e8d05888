namespace Nightjar.Tests.Storage;

/// <summary>A clock that stands still until it is moved.</summary>
public sealed class StorageClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
