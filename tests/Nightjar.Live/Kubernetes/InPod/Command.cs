using System.Diagnostics;

namespace Nightjar.Live.Kubernetes.InPod;

/// <summary>Programs that people install Nightjar with.</summary>
internal static class Command
{
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(1);

    /// <summary>kubectl, which must not fail.</summary>
    public static async Task<string> KubectlAsync(params string[] arguments)
    {
        var ran = await RunAsync(Usual, "kubectl", arguments);
        Assert.True(ran.Code == 0, $"kubectl {string.Join(' ', arguments)}: {ran}");
        return ran.Out;
    }

    public static async Task<Ran> RunAsync(TimeSpan limit, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }) ?? throw new InvalidOperationException($"{program} did not start");
        using var patience = new CancellationTokenSource(limit, TimeProvider.System);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new Ran(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {limit.TotalSeconds:0} s");
        }
    }
}
