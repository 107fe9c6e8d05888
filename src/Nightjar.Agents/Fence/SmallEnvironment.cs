namespace Nightjar.Agents.Fence;

/// <summary>The whole environment of a checked command: named here, so that nothing else can leak in.</summary>
internal static class SmallEnvironment
{
    public static IEnumerable<KeyValuePair<string, string>> For(Toolchain tools, string home) =>
    [
        KeyValuePair.Create("PATH", tools.SearchPath),
        KeyValuePair.Create("HOME", home),
        KeyValuePair.Create("LANG", "C.UTF-8"),
        KeyValuePair.Create("CI", "true"),
        KeyValuePair.Create("DOTNET_CLI_HOME", home),
        KeyValuePair.Create("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
        KeyValuePair.Create("DOTNET_NOLOGO", "1"),
        KeyValuePair.Create("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1"),
        KeyValuePair.Create("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"),
        KeyValuePair.Create("DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE", "true"),

        // Without these three a build leaves servers behind that would be killed with the fence, and waits for them.
        KeyValuePair.Create("MSBUILDDISABLENODEREUSE", "1"),
        KeyValuePair.Create("DOTNET_CLI_USE_MSBUILD_SERVER", "0"),
        KeyValuePair.Create("UseSharedCompilation", "false"),
        .. tools.Variables,
    ];
}
