using System.Text;

namespace Nightjar.Configuration;

/// <summary>Reads <c>nightjar.yaml</c>. Never throws for what is in the file: all that is wrong is in the result.</summary>
/// <param name="environment">A variable's value, null when it is not set.</param>
internal sealed class ConfigurationReader(Func<string, string?> environment)
{
    /// <summary>1 MB: a thousand services of a kilobyte each.</summary>
    private const int MostBytes = 1_000_000;

    public ConfigurationResult ReadFile(string path)
    {
        var bytes = new byte[MostBytes + 1];
        try
        {
            using var file = File.OpenRead(path);
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
            return length > MostBytes
                ? Refuse(path, null, $"is longer than {MostBytes} bytes, which no configuration is")
                : ReadBytes(bytes.AsSpan(0, length), path, folder);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Refuse(path, null, "there is no such file; nightjar init writes a first one, --config names another");
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            return Refuse(path, null, "is a folder; name the file in it");
        }
        catch (UnauthorizedAccessException)
        {
            return Refuse(path, null, "may not be read by this user; change its permissions, or run Nightjar as its owner");
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return Refuse(path, null, $"cannot be read: {e.Message}");
        }
    }

    /// <param name="file">What messages call it.</param>
    /// <param name="folder">Where its relative paths start; absolute.</param>
    public ConfigurationResult Read(string text, string file, string folder)
    {
        var reading = new Reading(environment, folder);
        var (root, fault) = YamlTree.Compose(text);
        if (fault is not null)
        {
            return new ConfigurationResult(file, null, [fault], reading);
        }

        if (root is null or ScalarNode { IsNothing: true })
        {
            return new ConfigurationResult(file, null, [new Fault(null, "", "is empty; it must name at least one service, and nightjar init writes a first one")], reading);
        }

        if (Keys.Root.TryRead(root, "", reading, out var options))
        {
            CrossChecks.Run(options, reading);
            options = reading.Has("state") ? options : options with { State = DefaultState(options.State, reading) };
        }

        var faults = reading.Faults.OrderBy(f => f.At?.Line).ThenBy(f => f.At?.Column);
        return new ConfigurationResult(file, reading.Faults.Count == 0 ? options : null, [.. faults], reading);
    }

    private static string DefaultState(string written, Reading reading)
    {
        var full = reading.FullPath(reading.FillDefault(written));
        if (full is null)
        {
            reading.Blame("state", "the environment has neither XDG_STATE_HOME nor HOME to put it in; name a folder");
        }

        return full ?? written;
    }

    private ConfigurationResult ReadBytes(ReadOnlySpan<byte> bytes, string file, string folder)
    {
        if (bytes.IndexOf((byte)0) is >= 0 and var nul)
        {
            return Refuse(file, PlaceOf(bytes, nul), "is not text: here is a NUL byte; the file must be UTF-8");
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return Read(text.TrimStart('\uFEFF'), file, folder);
        }
        catch (DecoderFallbackException e)
        {
            return Refuse(file, PlaceOf(bytes, e.Index), "is not text: the bytes here are not UTF-8");
        }
    }

    private ConfigurationResult Refuse(string file, Place? at, string says) =>
        new(file, null, [new Fault(at, "", says)], new Reading(environment, "/"));

    private static Place PlaceOf(ReadOnlySpan<byte> bytes, int index)
    {
        var before = bytes[..Math.Clamp(index, 0, bytes.Length)];
        return new Place(before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }
}
