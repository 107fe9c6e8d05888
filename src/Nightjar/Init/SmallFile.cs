namespace Nightjar.Init;

/// <summary>Reads text files of a folder that nobody vouches for.</summary>
internal static class SmallFile
{
    /// <summary>The beginning of a file; null when it is absent, not a file, or may not be read.</summary>
    public static string? Read(string path, int longest)
    {
        try
        {
            // A pipe or a device has no length, and reading it could block or never end.
            if (new FileInfo(path) is not { Exists: true, Length: > 0 and var length })
            {
                return null;
            }

            using var reader = new StreamReader(path);
            var text = new char[Math.Min(longest, length)];
            return new string(text, 0, reader.ReadBlock(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
