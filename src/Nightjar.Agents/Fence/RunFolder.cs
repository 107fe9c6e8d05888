using System.Globalization;

namespace Nightjar.Agents.Fence;

/// <summary>
/// A temporary folder of one run, for our eyes alone. It is named after our process: what a killed one left behind is deleted by the next
/// that makes a folder here.
/// </summary>
internal static class RunFolder
{
    private const string Prefix = "nightjar-run-";

    private static readonly Lazy<bool> Swept = new(() => Sweep(Path.GetTempPath()));

    /// <summary>Short, because the path of a socket in it has 107 characters at most.</summary>
    public static DirectoryInfo Create()
    {
        _ = Swept.Value;
        return Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-"));
    }

    /// <summary>Deletes the folders of processes that are gone. One whose number was given to another process stays: it is empty but for sockets.</summary>
    internal static bool Sweep(string temporary)
    {
        foreach (var folder in Directory.EnumerateDirectories(temporary, $"{Prefix}*-*"))
        {
            var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && !IsAlive(id))
            {
                Delete(folder);
            }
        }

        return true;
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, or gone already: it is not in our way.
        }
    }

    /// <summary>Whether a process of this number runs.</summary>
    internal static bool IsAlive(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
