namespace Nightjar.Storage;

/// <summary>What text from outside becomes before it is kept: bounded, and without the one character that PostgreSQL cannot hold.</summary>
internal static class StoredText
{
    /// <summary>Reasons, remarks and names: a screenful.</summary>
    public const int Longest = 4_000;

    /// <summary>Results and marks: 256 kB, so that ten thousand journal rows cannot pass 2.5 GB.</summary>
    public const int LongestData = 256 * 1024;

    /// <summary>For keys and everything else that is looked up: NUL becomes U+FFFD, nothing is cut.</summary>
    public static string Clean(string text) => text.Replace('\0', '\uFFFD');

    public static string Bounded(string text, int longest = Longest) => Clean(text.Length <= longest ? text : Cut(text, longest - 1) + "…");

    /// <summary>The first characters, not ending in half a surrogate pair.</summary>
    private static string Cut(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
