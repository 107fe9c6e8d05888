using System.Security.Cryptography;

namespace Nightjar.Live.Kubernetes.InPod;

/// <summary>The built program as an image of this machine's Docker, made by <c>deploy/image.sh</c>: once for all tests of a run, and gone with it.</summary>
public sealed class PodImage : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public string Name { get; } = $"nightjar-test/nightjar:{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    /// <summary>Why there is none; null when there is one.</summary>
    public string? WhyNot { get; private set; }

    public async ValueTask InitializeAsync()
    {
        WhyNot = TestCluster.WhyNot ?? Missing("docker") ?? Missing("kubectl");
        if (WhyNot is null)
        {
            var made = await Command.RunAsync(Patience, Path.Combine(Place.Repository, "deploy", "image.sh"), Path.Combine(Place.Repository, "src", "Nightjar", "bin", "Release", "net10.0"), Name);
            WhyNot = made.Code == 0 ? null : $"deploy/image.sh made no image: {made.Error}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (WhyNot is null)
        {
            await Command.RunAsync(Patience, "docker", "rmi", "--force", Name);
        }
    }

    private static string? Missing(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, program))) ? null : $"there is no {program} on the PATH; the program in a pod needs it";
}
