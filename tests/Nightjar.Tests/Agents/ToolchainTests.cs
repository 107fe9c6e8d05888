using Nightjar.Agents.Fence;

namespace Nightjar.Tests.Agents;

public sealed class ToolchainTests : IDisposable
{
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("nightjar-home-");

    public void Dispose() => home.Delete(recursive: true);

    [Fact]
    public void Folders_below_the_home_are_bound_one_by_one_and_never_the_home()
    {
        Make(".cargo/bin", ".cargo/lib", ".cargo/registry", ".ssh");
        var tools = Find(("PATH", $"/usr/bin:{At(".cargo/bin")}:{home.FullName}:/:relative:{At("gone")}"));

        Assert.Equal([At(".cargo/bin"), At(".cargo/lib")], tools.Folders.Order());
        Assert.Equal($"/usr/bin:{At(".cargo/bin")}:/usr/local/bin:/bin", tools.SearchPath);
    }

    [Fact]
    public void A_dotnet_root_in_the_home_is_seen_without_its_keys()
    {
        Make("dotnet/sdk", "dotnet/corefx/cryptography");
        var tools = Find(("PATH", "/usr/bin"), ("DOTNET_ROOT", At("dotnet")));

        Assert.Equal([At("dotnet")], tools.Folders);
        Assert.Equal([At("dotnet/corefx")], tools.Hidden);
        Assert.Contains(tools.Variables, v => v.Key == "DOTNET_ROOT" && v.Value == At("dotnet"));
    }

    [Fact]
    public void A_program_that_is_a_link_brings_the_folder_it_leads_to()
    {
        Make("tools/bin", "sdk");
        File.WriteAllText(At("sdk/build"), "");
        File.CreateSymbolicLink(At("tools/bin/build"), At("sdk/build"));
        var tools = Find(("PATH", At("tools/bin")));

        Assert.Contains(At("sdk"), tools.Folders);
    }

    [Fact]
    public void Restored_packages_are_offered_read_only()
    {
        Make(".nuget/packages");

        var tools = Find(("PATH", "/usr/bin"));

        Assert.Equal([At(".nuget/packages")], tools.Folders);
        Assert.Contains(tools.Variables, v => v.Key == "NUGET_FALLBACK_PACKAGES");
    }

    private Toolchain Find(params (string Name, string Value)[] variables) =>
        Toolchain.Find(["/bin/sh", "-c", "build && test"], n => Array.Find(variables, v => v.Name == n).Value, home.FullName);

    private void Make(params string[] folders) => Array.ForEach(folders, f => Directory.CreateDirectory(At(f)));

    private string At(string path) => Path.Join(home.FullName, path);
}
