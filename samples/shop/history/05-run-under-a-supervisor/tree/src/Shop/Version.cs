using System.Reflection;

namespace Shop;

internal static class Version
{
    /// <summary>The commit this was built from: <c>-p:SourceRevisionId=…</c> at build time; "unknown" without.</summary>
    public static string Commit { get; } = typeof(Version).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit]
        ? commit
        : "unknown";
}
