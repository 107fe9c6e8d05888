using System.Text;

namespace Nightjar.Testing;

/// <summary>The <c>sleep</c> processes of this machine, seen the way <c>ps</c> sees them.</summary>
internal static class Sleepers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A killed process is gone a moment later: this waits for that moment, not for luck.</summary>
    public static async Task AssertNoneAsync(string argument)
    {
        using var source = new CancellationTokenSource(Patience);
        while (Running(argument))
        {
            Assert.False(source.IsCancellationRequested, $"a process with {argument} still runs");
            await Task.Yield();
        }
    }

    public static async Task WaitForFileAsync(string path)
    {
        using var source = new CancellationTokenSource(Patience);
        while (!File.Exists(path))
        {
            Assert.False(source.IsCancellationRequested, $"{path} did not appear");
            await Task.Yield();
        }
    }

    private static bool Running(string argument) =>
        Directory.EnumerateDirectories("/proc").Any(p => char.IsAsciiDigit(Path.GetFileName(p)[0]) && Line(p).Contains($"sleep\0{argument}\0", StringComparison.Ordinal));

    private static string Line(string folder)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Join(folder, "cmdline")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
