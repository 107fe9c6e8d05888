namespace Nightjar.Hosting;

/// <summary>Where things are in the state folder.</summary>
internal static class StateFiles
{
    public static string Store(string folder) => Path.Combine(folder, "nightjar.db");

    /// <summary>Tells this store from every other one; made once.</summary>
    public static string Identity(string folder)
    {
        var path = Path.Combine(folder, "identity");
        if (!File.Exists(path))
        {
            File.WriteAllText(path, Guid.NewGuid().ToString("N")[..12]);
        }

        return File.ReadAllText(path).Trim();
    }

    public static string Repositories(string folder) => Path.Combine(folder, "git");

    /// <summary>What agents and tools said, a folder an incident.</summary>
    public static string Transcripts(string folder) => Path.Combine(folder, "audit");
}
