using Nightjar.Configuration;

namespace Nightjar.Tests.Configuration;

public sealed class CommittedPages
{
    [Fact]
    public void The_committed_schema_is_the_one_that_the_declarations_make() => Compare("docs/nightjar.schema.json", ConfigurationSchema.Write());

    [Fact]
    public void The_committed_reference_page_is_the_one_that_the_declarations_make() => Compare("docs/configuration.md", ConfigurationReference.Write());

    /// <summary>With NIGHTJAR_ACCEPT=1 in the environment the page is written instead.</summary>
    private static void Compare(string name, string made)
    {
        var path = Path.Combine(Yaml.RepositoryRoot(), name);
        if (Environment.GetEnvironmentVariable("NIGHTJAR_ACCEPT") == "1")
        {
            File.WriteAllText(path, made);
        }

        Assert.Equal(made, File.Exists(path) ? File.ReadAllText(path) : "");
    }
}
