using System.Globalization;
using System.Text.Json;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage.Sqlite;

/// <summary>Who holds a store: what the readable file beside it says.</summary>
/// <param name="Url">Where its API answers; null before it listens.</param>
public sealed record StoreHolder(int Pid, string? Url, DateTimeOffset StartedAt, string? Version)
{
    /// <summary>Somebody who has not said yet who it is.</summary>
    public static readonly StoreHolder Unknown = new(0, null, DateTimeOffset.MinValue, null);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"process {Pid} since {StartedAt:u}{(Url is null ? "" : $", at {Url}")}");
}

/// <summary>Another process uses this store; the message names it.</summary>
public sealed class StoreInUseException(string store, StoreHolder holder) : Exception(Words(store, holder))
{
    public StoreHolder Holder { get; } = holder;

    private static string Words(string store, StoreHolder holder) => holder == StoreHolder.Unknown
        ? $"The store {store} is in use by another process. End that one first, or name another store."
        : $"The store {store} is in use by another Nightjar: process {holder.Pid}, {holder.Url ?? "not listening yet"}, since {holder.StartedAt:yyyy-MM-dd HH:mm:ss zzz}. Use that one, end it first, or name another store.";
}

/// <summary>
/// The right to use a store: a lock of the operating system on <c>&lt;store&gt;.lock</c>, which the kernel gives back when the process
/// ends, however it ends. The file stays (deleting it would let two hold it); <c>&lt;store&gt;.daemon.json</c> says who holds it.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    /// <summary>Somebody who merely asks (<see cref="FindHolder"/>) holds a shared lock for some microseconds: worth a second look.</summary>
    private const int Looks = 5;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly string store;
    private readonly FileStream held;
    private StoreHolder holder;

    private StoreLock(string store, FileStream held, StoreHolder holder)
    {
        this.store = store;
        this.held = held;
        this.holder = holder;
    }

    /// <exception cref="StoreInUseException">Somebody else holds it.</exception>
    /// <exception cref="StoreUnavailableException">The lock's file cannot be written.</exception>
    public static async Task<StoreLock> TakeAsync(string store, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (var look = 1; ; look++)
        {
            if (TryOpen(store, FileAccess.ReadWrite, FileShare.None) is { } held)
            {
                var taken = new StoreLock(store, held, new StoreHolder(Environment.ProcessId, null, clock.GetUtcNow(), null));
                try
                {
                    taken.Say();
                    return taken;
                }
                catch
                {
                    taken.Dispose();
                    throw;
                }
            }

            if (look == Looks)
            {
                throw new StoreInUseException(store, ReadHolder(store));
            }

            // The system's clock, not the injected one: what is waited for is another process, not a moment of the story.
            await Task.Delay(BetweenLooks, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Who holds the store now; null when nobody does.</summary>
    public static StoreHolder? FindHolder(string store)
    {
        if (!File.Exists(LockPath(store)))
        {
            return null;
        }

        using var shared = TryOpen(store, FileAccess.Read, FileShare.Read);
        return shared is null ? ReadHolder(store) : null;
    }

    public void Announce(string url, string version)
    {
        holder = holder with { Url = url, Version = version };
        Say();
    }

    public void Dispose()
    {
        // Once only: after the lock is given back, the file is the next holder's.
        if (!held.SafeFileHandle.IsClosed)
        {
            File.Delete(HolderPath(store));
            held.Dispose();
        }
    }

    private static string LockPath(string store) => store + ".lock";

    private static string HolderPath(string store) => store + ".daemon.json";

    private static FileStream? TryOpen(string store, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(LockPath(store), access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate, access, share);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreUnavailableException($"The lock {LockPath(store)} cannot be opened: make it and its folder writable for this user", e);
        }
        catch (IOException e) when (e is DirectoryNotFoundException or FileNotFoundException || !File.Exists(LockPath(store)))
        {
            throw new StoreUnavailableException($"The lock {LockPath(store)} cannot be written: {e.Message}", e);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static StoreHolder ReadHolder(string store)
    {
        try
        {
            return JsonSerializer.Deserialize<StoreHolder>(File.ReadAllText(HolderPath(store)), BundleFormat.Json) ?? StoreHolder.Unknown;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return StoreHolder.Unknown; // Only words for people are lost; the lock itself is the kernel's.
        }
    }

    private void Say()
    {
        var draft = HolderPath(store) + ".new";
        try
        {
            File.WriteAllText(draft, JsonSerializer.Serialize(holder, BundleFormat.Json));
            File.Move(draft, HolderPath(store), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"{HolderPath(store)} cannot be written: {e.Message}", e);
        }
    }
}
