using Nightjar.Configuration;
using Nightjar.Init;

namespace Nightjar.Tests.Init;

public sealed class FirstConfigurationTests
{
    [Fact]
    public void What_was_found_is_written_and_loads()
    {
        var first = FirstConfiguration.From(new FoundFacts
        {
            Folder = "/srv/shop",
            Repository = new FoundRepository("/srv/shop", "main", "main"),
            Checks = [new FoundCheck("dotnet test", "Shop.slnx", true), new FoundCheck("npm ci && npm test", "package.json", true)],
            Logs = ["/srv/shop/logs/*.log"],
            Compose = [new FoundContainer("db", 5432, null), new FoundContainer("web", 8080, "/health")],
            KubeContext = "prod",
        });

        Assert.Equal(
            """
            # A first configuration, written by nightjar init from what is in this folder. Look it over, then: nightjar check
            # Every key is explained in docs/configuration.md; what is left out has a safe default.

            services:
              - name: shop
                logs:
                  - "/srv/shop/logs/*.log"
                repository:
                  path: /srv/shop
                  base: main
                check:   # because of Shop.slnx
                  command: "dotnet test"
                  # command: npm ci && npm test   # because of package.json
                  # network: on   # the check has no network unless this is set
                health: http://127.0.0.1:8080/health

            # The compose file starts these; each that you look after is a service of its own:
            #   - name: db   # port 5432
            #   - name: web   # port 8080

            # observe (look, diagnose, report; change nothing that runs), approve (ask before acting) or autonomous.
            mode: observe

            # The current Kubernetes context is prod; it is not watched yet.

            """,
            first.Yaml);
        var shop = Assert.Single(Load(first).Services);
        Assert.Equal("dotnet test", shop.Check?.Command);
        Assert.Equal("http://127.0.0.1:8080/health", shop.Probes[0].Url.OriginalString);
        Assert.Contains(first.LookOver, l => l.StartsWith("check: dotnet test is a guess from Shop.slnx; if it downloads packages", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_in_which_nothing_was_found_gives_a_file_that_loads_and_says_what_is_missing()
    {
        var first = FirstConfiguration.From(new FoundFacts { Folder = "/" });

        Assert.Equal("service", Assert.Single(Load(first).Services).Name.Value);
        Assert.Equal(["logs", "repository", "health"], first.LookOver.Select(l => l.Split(':')[0]));
    }

    [Fact]
    public void A_branch_that_is_not_the_base_is_something_to_look_over()
    {
        var first = FirstConfiguration.From(new FoundFacts { Folder = "/srv/shop", Repository = new FoundRepository("/srv/shop", "main", "feature/x") });

        Assert.Contains("repository.base: fixes are proposed to main; checked out is feature/x", first.LookOver);
    }

    public static TheoryData<string> Hostile =>
    [
        "\"; rm -rf ~", "a\nmode: autonomous", "a\r\n- x", "# not a remark", "${HOME}", "$${HOME}", "${", "'", "a: b", "- a", "*a", "&a", "!tag", "%x", "@x", "`x`", "{a}", "[a]", "|", ">", "?",
        "null", "~", "true", "no", "1.5", "0x1f", "1e3", "12:30:45", "2026-01-01", " spaced ", "\t", "caf\u00e9", "\ud83e\udd89", "\u2028x", "\u0085x", "\u0007", "\ufeffx", "a\\nb", "\u202egnp.exe", "=", "<<", "---", "...",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_names_are_data(string name)
    {
        var first = FirstConfiguration.From(new FoundFacts
        {
            Folder = $"/srv/{name}",
            Repository = new FoundRepository($"/srv/{name}", name, name),
            Checks = [new FoundCheck($"run {name}", name, false), new FoundCheck(name, name, false)],
            Logs = [$"/srv/{name}/*.log"],
            Compose = [new FoundContainer(name, 1, null)],
            KubeContext = name,
        });

        if (string.IsNullOrWhiteSpace(name))
        {
            // No branch and no service can be called so; the reader refuses, and nothing else comes of it.
            return;
        }

        var options = Load(first);
        var service = Assert.Single(options.Services);
        Assert.Equal(name, service.Name.Value);
        Assert.Equal(name, service.Repository?.BaseBranch);
        Assert.Equal($"run {name}", service.Check?.Command);
        Assert.Equal(Core.Policy.Mode.Observe, options.Conduct.Mode);
        Assert.Empty(service.Probes);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Any_text_reads_back_as_it_was_written(string text)
    {
        Assert.Equal(text, ((ScalarNode?)YamlTree.Compose(Quoting.Scalar(text)).Root)?.Text);
        Assert.Equal(text, ((ScalarNode?)YamlTree.Compose(Quoting.Double(text)).Root)?.Text);
    }

    private static NightjarOptions Load(FirstConfiguration first)
    {
        var result = new ConfigurationReader(name => name == "HOME" ? "/home/ada" : null).Read(first.Yaml, "nightjar.yaml", "/srv");
        Assert.True(result.Options is not null, $"{result.Message}\n{first.Yaml}");
        return result.Options;
    }
}
