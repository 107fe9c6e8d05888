namespace Nightjar.Hosting;

/// <summary>Where things are in the state folder.</summary>
internal static class StateFiles
{
    public static string Store(string folder) => Path.Combine(folder, "nightjar.db");

    public static string Repositories(string folder) => Path.Combine(folder, "git");

    public static string Memory(string folder) => Path.Combine(folder, "incidents.jsonl");
}
