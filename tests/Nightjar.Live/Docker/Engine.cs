using Nightjar.Testing;

namespace Nightjar.Live.Docker;

/// <summary>A real engine for one test.</summary>
internal static class Engine
{
    /// <summary>Skips the test where no engine can be started, with the reason.</summary>
    public static async Task<DockerEngine> StartAsync()
    {
        Assert.SkipWhen(DockerEngine.WhyNot is not null, DockerEngine.WhyNot ?? "");
        try
        {
            return await DockerEngine.StartAsync();
        }
        catch (TimeoutException e)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }
}
