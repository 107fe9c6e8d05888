using System.Globalization;

namespace Nightjar.Live;

/// <summary>What runs on this machine, from /proc.</summary>
internal static class Processes
{
    /// <summary>Processes whose command line names a folder: what a test started there, and all that came of it.</summary>
    public static IReadOnlyList<(int Id, string Command)> Naming(string folder)
    {
        var found = new List<(int, string)>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId && CommandOf(id) is { } command && command.Contains(folder, StringComparison.Ordinal))
            {
                found.Add((id, command));
            }
        }

        return found;
    }

    /// <summary>Null when it ended meanwhile, or is ours to see no longer.</summary>
    private static string? CommandOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ').Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
