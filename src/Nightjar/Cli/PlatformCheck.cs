using Nightjar.Configuration;

namespace Nightjar.Cli;

/// <summary>What kind of machine this is, as far as Nightjar depends on it.</summary>
/// <param name="Exists">Whether a path is there.</param>
internal sealed record Platform(string Name, bool IsLinux, string Home, string? RuntimeFolder, Func<string, bool> Exists)
{
    /// <summary>sd_booted(3): the folder is there where systemd is what started this machine.</summary>
    public bool HasSystemd => IsLinux && Exists("/run/systemd/system");

    public static Platform Here() => new(
        OperatingSystem.IsMacOS() ? "macOS" : OperatingSystem.IsWindows() ? "Windows" : IsWsl() ? "WSL" : OperatingSystem.IsLinux() ? "Linux" : "this system",
        OperatingSystem.IsLinux(),
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"),
        Path.Exists);

    /// <summary>Where other makes and installations of the engine have their socket: Docker Desktop, Colima, without root, Podman.</summary>
    public IEnumerable<string> OtherSockets => new[]
    {
        Path.Combine(Home, ".docker", "run", "docker.sock"), Path.Combine(Home, ".docker", "desktop", "docker.sock"), Path.Combine(Home, ".colima", "default", "docker.sock"),
        RuntimeFolder is null ? null : Path.Combine(RuntimeFolder, "docker.sock"), RuntimeFolder is null ? null : Path.Combine(RuntimeFolder, "podman", "podman.sock"),
    }.OfType<string>().Where(Exists);

    /// <summary>The kernel of WSL names its maker.</summary>
    private static bool IsWsl() => File.Exists("/proc/sys/fs/binfmt_misc/WSLInterop") || File.Exists("/run/WSL");
}

/// <summary>What this machine cannot do that the configuration, or the fence, would need.</summary>
internal static class PlatformCheck
{
    public static IEnumerable<CheckLine> Of(Platform here, NightjarOptions options)
    {
        if (!here.IsLinux && options.Fence != FenceChoice.None)
        {
            yield return CheckLine.Warn("platform: fence", $"{here.Name} has no fence: it needs Linux", "a revert's check runs without one, and no model's agent or code is ever run; on Linux, or in WSL 2, all of it does");
        }

        if (!here.HasSystemd && options.Services.Any(s => !s.Journal.IsEmpty))
        {
            yield return CheckLine.Warn("platform: journal", $"{here.Name} has no journal of systemd here", here.Name == "WSL" ? "set systemd=true in the section [boot] of /etc/wsl.conf and start WSL anew, or follow files with logs" : "follow files with logs instead of journal, or read another machine's where it is written");
        }

        if (options.Services.Any(s => !s.Containers.IsEmpty) && options.Docker.SocketPath is { } socket && !here.Exists(socket))
        {
            yield return here.OtherSockets.FirstOrDefault() is { } other
                ? CheckLine.Warn("platform: docker", $"there is no {socket}, but {other}", $"if that is the engine that is meant: docker: {{host: unix://{other}}}")
                : CheckLine.Warn("platform: docker", $"there is no {socket}, and no socket of Docker Desktop, Colima, Podman or an engine without root", "start the engine, or give docker.host");
        }
    }
}
