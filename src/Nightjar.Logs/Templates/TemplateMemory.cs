using System.IO.Compression;
using System.Security.Cryptography;
using Nightjar.Logs.Events;

namespace Nightjar.Logs.Templates;

/// <summary>One template as it is kept over a restart: what is counted of it, and what leads to it.</summary>
internal sealed record KeptTemplate(
    ulong Key, string Text, LogLevel Level, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, string Sample,
    IReadOnlyList<(long Minute, long Count)> Counts, TemplateRow Row, IReadOnlyList<ulong> Keys, IReadOnlyList<ulong> Merged);

/// <summary>
/// What was learned of one log, as bytes: about 300 kB for two thousand templates, 3 MB where each is as long as can be. It has a version; what is of another version, broken or
/// out of bounds is not read at all.
/// </summary>
internal static class TemplateMemory
{
    /// <summary>To be raised when the masks or the hashes of templates change, or the form of this.</summary>
    private const int Version = 1;

    /// <summary>Bytes of the sum at the beginning.</summary>
    private const int SumLength = 16;

    private const int LongestText = 4 * Skeleton.Longest;

    /// <summary>Of each list.</summary>
    private const int MostNumbers = 10_000;

    public static byte[] Write(DigestCounts counts, IReadOnlyList<KeptTemplate> templates)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(new BrotliStream(bytes, CompressionLevel.Fastest)))
        {
            writer.Write(Version);
            writer.Write((counts.First ?? DateTimeOffset.MinValue).UtcTicks);
            Write(writer, counts.Lines.Kept);
            Write(writer, counts.Errors.Kept);
            writer.Write(templates.Count);
            foreach (var template in templates)
            {
                Write(writer, template);
            }
        }

        return [.. SHA256.HashData(bytes.ToArray()).AsSpan(0, SumLength), .. bytes.ToArray()];
    }

    /// <summary>Null when it cannot be read.</summary>
    public static (DigestCounts Counts, IReadOnlyList<KeptTemplate> Templates)? Read(byte[] bytes)
    {
        if (bytes.Length <= SumLength || !SHA256.HashData(bytes.AsSpan(SumLength)).AsSpan(0, SumLength).SequenceEqual(bytes.AsSpan(0, SumLength)))
        {
            return null;
        }

        try
        {
            using var reader = new BinaryReader(new BrotliStream(new MemoryStream(bytes, SumLength, bytes.Length - SumLength), CompressionMode.Decompress));
            if (reader.ReadInt32() != Version)
            {
                return null;
            }

            var first = Moment(reader);
            var counts = new DigestCounts(first == DateTimeOffset.MinValue ? null : first, Counts(reader), Counts(reader));
            var templates = new List<KeptTemplate>();
            for (var left = Bounded(reader.ReadInt32(), TemplateMiner.MostTemplates); left > 0; left--)
            {
                templates.Add(Template(reader));
            }

            return (counts, templates);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException or ArgumentException or OverflowException or FormatException)
        {
            return null;
        }
    }

    private static void Write(BinaryWriter writer, KeptTemplate template)
    {
        writer.Write(template.Key);
        writer.Write(template.Text);
        writer.Write((int)template.Level);
        writer.Write(template.FirstSeen.UtcTicks);
        writer.Write(template.LastSeen.UtcTicks);
        writer.Write(template.Sample);
        Write(writer, template.Counts);
        Write(writer, template.Row.Hashes, writer.Write);
        Write(writer, template.Row.Words, writer.Write);
        Write(writer, template.Row.OpenAt, writer.Write);
        Write(writer, template.Keys, writer.Write);
        Write(writer, template.Merged, writer.Write);
    }

    private static KeptTemplate Template(BinaryReader reader) => new(
        reader.ReadUInt64(), Text(reader), (LogLevel)Bounded(reader.ReadInt32(), (int)LogLevel.Fatal), Moment(reader), Moment(reader), Text(reader), Counts(reader),
        TemplateRow.Kept([.. List(reader, reader.ReadUInt64)], [.. List(reader, reader.ReadInt32)], [.. List(reader, reader.ReadInt32)]),
        List(reader, reader.ReadUInt64), List(reader, reader.ReadUInt64));

    private static void Write(BinaryWriter writer, IReadOnlyList<(long Minute, long Count)> counts)
    {
        writer.Write(counts.Count);
        foreach (var (minute, count) in counts)
        {
            writer.Write(minute);
            writer.Write(count);
        }
    }

    private static List<(long Minute, long Count)> Counts(BinaryReader reader) => List(reader, () => (reader.ReadInt64(), reader.ReadInt64()));

    private static void Write<T>(BinaryWriter writer, IReadOnlyCollection<T> values, Action<T> write)
    {
        writer.Write(values.Count);
        foreach (var value in values)
        {
            write(value);
        }
    }

    private static List<T> List<T>(BinaryReader reader, Func<T> read)
    {
        var list = new List<T>();
        for (var left = Bounded(reader.ReadInt32(), MostNumbers); left > 0; left--)
        {
            list.Add(read());
        }

        return list;
    }

    private static string Text(BinaryReader reader) => reader.ReadString() is { Length: <= LongestText } text ? text : throw new InvalidDataException("A text is too long");

    private static DateTimeOffset Moment(BinaryReader reader) => new(reader.ReadInt64(), TimeSpan.Zero);

    private static int Bounded(int number, int most) => number >= 0 && number <= most ? number : throw new InvalidDataException("A number is out of bounds");
}
