using System.Diagnostics;
using System.Globalization;

namespace Nightjar.Live.Kubernetes;

/// <summary>
/// The API server of the test cluster, by the process id that its script keeps. Everybody who uses the cluster feels it, so it is killed only
/// where <c>NIGHTJAR_TEST_KILLS_API_SERVER=1</c> says that nobody else does.
/// </summary>
internal static class ApiServer
{
    public const string WhyNot = "the API server is killed only where NIGHTJAR_TEST_KILLS_API_SERVER=1 says that nobody else uses the cluster";

    private static readonly string State = Environment.GetEnvironmentVariable("NIGHTJAR_KUBE_STATE") ?? "/tmp/nightjar-kube";

    public static bool MayBeKilled => Environment.GetEnvironmentVariable("NIGHTJAR_TEST_KILLS_API_SERVER") == "1" && File.Exists(PidFile);

    private static string PidFile => Path.Combine(State, "apiserver.pid");

    /// <summary>Kills it without a warning, and starts it again as it was started.</summary>
    public static async Task KillAndStartAsync()
    {
        var pid = int.Parse((await File.ReadAllTextAsync(PidFile)).Trim(), CultureInfo.InvariantCulture);
        var words = (await File.ReadAllTextAsync($"/proc/{pid}/cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("kube-apiserver", words[0], StringComparison.Ordinal);
        using var old = Process.GetProcessById(pid);
        old.Kill();
        await Until.HoldsAsync("the API server to be gone", TimeSpan.FromSeconds(20), () => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal));

        // As its script starts it: its output to the log, its id in the file, alive after us.
        var start = new ProcessStartInfo("setsid", ["bash", "-c", "echo $$ > \"$0\"; exec \"${@:2}\" >> \"$1\" 2>&1", PidFile, Path.Combine(State, "apiserver.log"), .. words]) { WorkingDirectory = State };
        using var begun = Process.Start(start);
    }
}
