using System.Text;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage;

/// <summary>
/// A text file that only grows, a line at a time, and in which a line that was written is found again: after a kill in the middle
/// of an append, appending the same line completes it.
/// </summary>
internal sealed class LinesFile(string path)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public bool Exists => File.Exists(path);

    /// <summary>Appends the lines that are not in the file yet; they are on disk when it returns.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be read or written. Lines before the failing one may be in it.</exception>
    public void AppendMissing(IReadOnlyList<string> lines)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            var (missing, torn) = Compare(stream, lines);
            stream.Seek(0, SeekOrigin.End);
            foreach (var line in missing)
            {
                stream.Write(Utf8.GetBytes(Continuing(torn, line) + "\n"));
                torn = "";
            }

            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"{path} cannot be written: {e.Message}. Make room on the disk, or make the file writable for this user", e);
        }
    }

    /// <summary>Which lines the file lacks, and what stands after its last line break.</summary>
    private static (List<string> Missing, string Torn) Compare(FileStream stream, IReadOnlyList<string> lines)
    {
        var wanted = lines.ToHashSet(StringComparer.Ordinal);
        var torn = "";
        using var reader = new StreamReader(stream, Utf8, detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            torn = line;
            wanted.Remove(line);
        }

        if (stream.Length == 0 || EndsWithBreak(stream))
        {
            return ([.. lines.Where(wanted.Contains)], "");
        }

        // The last line has no end: if it is one of ours, whole or in part, it is missing still and will be completed first.
        var half = lines.FirstOrDefault(line => torn.Length > 0 && line.StartsWith(torn, StringComparison.Ordinal));
        return ([.. lines.Where(line => line == half || wanted.Contains(line)).OrderByDescending(line => line == half)], torn);
    }

    private static bool EndsWithBreak(FileStream stream)
    {
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n';
    }

    private static string Continuing(string torn, string line) =>
        torn.Length == 0 ? line : line.StartsWith(torn, StringComparison.Ordinal) ? line[torn.Length..] : "\n" + line;
}
