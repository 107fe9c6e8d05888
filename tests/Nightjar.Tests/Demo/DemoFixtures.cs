using System.Runtime.CompilerServices;

namespace Nightjar.Tests.Demo;

/// <summary>A folder that goes with the test.</summary>
internal sealed class DemoFolder : IDisposable
{
    public static readonly DateTimeOffset Noon = new(2031, 5, 6, 12, 0, 0, TimeSpan.Zero);

    public string Path { get; } = Directory.CreateTempSubdirectory("nightjar-demo-").FullName;

    /// <summary>The root of the source tree that this test was compiled from.</summary>
    public static string NightjarHome([CallerFilePath] string here = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here) ?? ".", "..", "..", ".."));

    public string Below(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
