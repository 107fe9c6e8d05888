namespace Nightjar.Hosting;

/// <summary>Where things are in the state folder.</summary>
internal static class StateFiles
{
    public static string Store(string folder) => Path.Combine(folder, "nightjar.db");

    public static string Repositories(string folder) => Path.Combine(folder, "git");

    /// <summary>What agents and tools said, a folder an incident.</summary>
    public static string Transcripts(string folder) => Path.Combine(folder, "audit");
}
