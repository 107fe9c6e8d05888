using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Nightjar.Core.Evidence;

namespace Nightjar.Logs.Files;

/// <summary>
/// How far a file was read, and how to know it again under any name: by the hash of its first bytes and of the last bytes that
/// were seen. .NET tells no file numbers, and a banner at the top of every log would fool the head alone.
/// </summary>
/// <param name="Offset">Where to read on: the beginning of the first event that is not done with.</param>
/// <param name="Seen">How far the bytes are known; at least <paramref name="Offset"/>.</param>
internal sealed record FileMark(string Path, long Offset, long Seen, string Head, string Tail)
{
    /// <summary>Bytes of each end that are hashed.</summary>
    public const int MostBytes = 256;

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));

    /// <summary>The mark of a file that is done with, as it lies there.</summary>
    public static FileMark AtEnd(string path, SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        var bytes = (int)Math.Min(length, MostBytes);
        return new FileMark(path, length, length, HashAt(file, 0, bytes), HashAt(file, length - bytes, bytes));
    }

    /// <summary>True when the file holds what was seen. A mark of nothing matches nothing.</summary>
    public bool Matches(SafeFileHandle file)
    {
        var bytes = (int)Math.Clamp(Seen, 0, MostBytes);
        return bytes > 0
            && RandomAccess.GetLength(file) >= Seen
            && HashAt(file, Seen - bytes, bytes) == Tail
            && HashAt(file, 0, bytes) == Head;
    }

    private static string HashAt(SafeFileHandle file, long offset, int length)
    {
        Span<byte> bytes = stackalloc byte[MostBytes];
        var read = length == 0 ? 0 : RandomAccess.Read(file, bytes[..length], offset);
        return Hash(bytes[..read]);
    }
}

/// <summary>Where the watcher of one service left off.</summary>
/// <param name="Globs">Globs that were followed before: what appears under them since then is new, not old.</param>
/// <param name="Open">Files that may grow.</param>
/// <param name="Closed">Files that were read to their end and rotated away: kept so that they are known under their next name.</param>
internal sealed record FollowState(ImmutableArray<string> Globs, ImmutableArray<FileMark> Open, ImmutableArray<FileMark> Closed)
{
    /// <summary>Null when there is none, or none that can be read: the watcher starts at the end again and overwrites it.</summary>
    public static FollowState? Read(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<FollowState>(json, BundleFormat.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string Write() => JsonSerializer.Serialize(this, BundleFormat.Json);
}
