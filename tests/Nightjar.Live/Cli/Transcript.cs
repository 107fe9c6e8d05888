
namespace Nightjar.Live.Cli;

/// <summary>Runs verbs and writes down what a person would see, for somebody to read.</summary>
internal sealed class Transcript(string name, Daemon daemon) : IAsyncDisposable
{
    private readonly StreamWriter file = File.CreateText(Path.Combine(Place.Results, name));

    public async Task<string> OkAsync(params string[] verb)
    {
        var ran = await RunAsync(verb);
        Assert.True(ran.Code == 0, $"{string.Join(' ', verb)}: {ran}");
        Assert.Equal("", ran.Error);
        return ran.Out;
    }

    /// <summary>What it says on standard error, where nothing but that may be.</summary>
    public async Task<string> FailsAsync(int code, params string[] verb)
    {
        var ran = await RunAsync(verb);
        Assert.True(ran.Code == code, $"{string.Join(' ', verb)}: {ran}");
        Assert.DoesNotContain("   at Nightjar", ran.Error, StringComparison.Ordinal);
        return ran.Error;
    }

    public async ValueTask DisposeAsync() => await file.DisposeAsync();

    private async Task<Ran> RunAsync(string[] verb)
    {
        var ran = await daemon.CliAsync(verb);
        await file.WriteLineAsync($"$ nightjar {string.Join(' ', verb)}    [{ran.Code}]\n{ran.Out}\n{ran.Error}\n");
        await file.FlushAsync();
        return ran;
    }
}
