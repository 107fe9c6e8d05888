using Nightjar.Configuration;

namespace Nightjar.Tests.Configuration;

/// <summary>Reads a text as if it were <c>/etc/nightjar/nightjar.yaml</c> of a user whose home is <c>/home/ada</c>.</summary>
internal static class Yaml
{
    public const string OneService = "services:\n  - name: shop\n";

    public static ConfigurationResult Read(string text, params (string Name, string Value)[] environment) =>
        new ConfigurationReader(name => environment.Append(("HOME", "/home/ada")).FirstOrDefault(v => v.Item1 == name).Item2)
            .Read(text, "nightjar.yaml", "/etc/nightjar");

    public static NightjarOptions Options(string text, params (string Name, string Value)[] environment)
    {
        var result = Read(text, environment);
        Assert.True(result.Options is not null, result.Message);
        return result.Options;
    }

    /// <summary>The faults, one a line, as people see them.</summary>
    public static string[] Faults(string text, params (string Name, string Value)[] environment)
    {
        var result = Read(text, environment);
        Assert.Null(result.Options);
        return result.Message.Split('\n')[..^1];
    }

    /// <summary>A file in which every key is given.</summary>
    public static string Full() => File.ReadAllText(Path.Combine(RepositoryRoot(), "tests", "Nightjar.Tests", "Configuration", "full.yaml"));

    public static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Nightjar.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository");
        }

        return folder.FullName;
    }
}
