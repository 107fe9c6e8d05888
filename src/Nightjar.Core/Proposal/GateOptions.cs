using System.Collections.Immutable;

namespace Nightjar.Core.Proposal;

/// <summary>How large a change may be, and which paths it may touch.</summary>
public sealed record GateOptions
{
    /// <summary>Lines added and removed together; a larger fix is for a person to write.</summary>
    public int MaxLines { get; init; } = 400;

    /// <summary>Bytes of a changed file.</summary>
    public int MaxFileSize { get; init; } = 200_000;

    /// <summary>Paths that no fix may touch, besides <see cref="AlwaysForbidden"/>: as in a <c>.gitignore</c>, case does not count.</summary>
    public ImmutableArray<string> Forbidden { get; init; } = [];

    /// <summary>Paths that a fix may touch all the same.</summary>
    public ImmutableArray<string> Allowed { get; init; } = [];

    /// <summary>What runs by itself elsewhere, says who reviews, or instructs the next agent.</summary>
    public static readonly ImmutableArray<string> AlwaysForbidden =
    [
        // Pipelines.
        ".github/", ".gitlab/", ".gitlab-ci*", ".circleci/", ".buildkite/", ".drone.yml", ".drone.yaml", ".woodpecker*", ".travis.yml", ".appveyor.yml", "appveyor.yml", "azure-pipelines*",
        "bitbucket-pipelines.yml", "Jenkinsfile*", ".jenkins/", ".teamcity/", ".tekton/", "cloudbuild*.yaml", "cloudbuild*.yml", "buildspec*.yml", ".ci/",

        // Hooks, and files by which git or an editor runs something.
        ".husky/", ".githooks/", ".pre-commit-config.yaml", "lefthook.yml", ".lefthook/", ".git", ".gitmodules", ".gitattributes", ".gitconfig", ".devcontainer/", ".vscode/", ".idea/", ".envrc",

        // Who reviews, and what agents are told.
        "CODEOWNERS", ".claude/", ".mcp.json", "CLAUDE.md", "CLAUDE.local.md", "AGENTS.md", ".cursor/", ".cursorrules",
    ];

    /// <summary>What is resolved by a tool, names downloads, and is not read by people line by line.</summary>
    public static readonly ImmutableArray<string> LockFiles =
    [
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock", "packages.lock.json", "paket.lock", "Cargo.lock", "Gemfile.lock", "poetry.lock", "Pipfile.lock",
        "uv.lock", "pdm.lock", "composer.lock", "go.sum", "go.work.sum", "gradle.lockfile", "mix.lock", "pubspec.lock", "Podfile.lock", "Package.resolved", "flake.lock", ".terraform.lock.hcl", "conan.lock",
    ];
}
