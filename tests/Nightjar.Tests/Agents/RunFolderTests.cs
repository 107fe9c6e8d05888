using System.Diagnostics;
using System.Globalization;
using Nightjar.Agents.Fence;

namespace Nightjar.Tests.Agents;

public sealed class RunFolderTests
{
    [Fact]
    public void What_a_killed_process_left_is_deleted_and_nothing_else_is()
    {
        var temporary = Directory.CreateTempSubdirectory("run-folders-");
        try
        {
            var left = Make($"nightjar-run-{GoneProcess()}-abc");
            File.WriteAllText(Path.Combine(left, "model"), "");
            string[] kept =
            [
                Make(string.Create(CultureInfo.InvariantCulture, $"nightjar-run-{Environment.ProcessId}-abc")),
                Make("nightjar-run-x-abc"),
                Make("nightjar-live-1-abc"),
                Make("nightjar-run--1-abc"),
            ];

            RunFolder.Sweep(temporary.FullName);

            Assert.Equal(kept.Order(StringComparer.Ordinal), Directory.GetDirectories(temporary.FullName).Order(StringComparer.Ordinal));
        }
        finally
        {
            temporary.Delete(recursive: true);
        }

        string Make(string name) => temporary.CreateSubdirectory(name).FullName;
    }

    private static string GoneProcess()
    {
        using var process = Process.Start("true");
        process.WaitForExit();
        return process.Id.ToString(CultureInfo.InvariantCulture);
    }
}
