using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Probes;

/// <summary>Reads the running version from the service's URL, or from the command that its owner configured.</summary>
internal sealed partial class RunningVersions(Web web, ILogger logger) : IRunningVersions
{
    private const int LargestAnswer = 4 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<string?> ReadAsync(Service service, CancellationToken cancellationToken)
    {
        try
        {
            var text = service.RunningVersion switch
            {
                { Url: { } url } => await FromUrlAsync(service, url, cancellationToken),
                { Command: { Length: > 0 } command } => await FromCommandAsync(service, command, cancellationToken),
                _ => null,
            };
            return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException or Win32Exception)
        {
            Unknown(service.Name, e.Message);
            return null;
        }
    }

    private async Task<string?> FromUrlAsync(Service service, Uri url, CancellationToken cancellationToken)
    {
        var answer = await web.GetAsync(url, LargestAnswer, Patience, _ => false, cancellationToken);
        if ((int)answer.Status is >= 200 and < 300)
        {
            return answer.Body;
        }

        Unknown(service.Name, $"{Web.Shown(url)} answered {(int)answer.Status}");
        return null;
    }

    /// <summary>The command is the owner's own configuration: it may do what its owner may.</summary>
    private async Task<string?> FromCommandAsync(Service service, string command, CancellationToken cancellationToken)
    {
        var shell = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", command } };
        var end = await ChildProcess.RunAsync(shell, null, LargestAnswer, Patience, cancellationToken);
        if (end.ExitCode == 0 || end.Cut)
        {
            return Encoding.UTF8.GetString(end.Output);
        }

        Unknown(service.Name, $"the command ended with exit code {end.ExitCode}");
        return null;
    }

    [LoggerMessage(3203, LogLevel.Warning, "The running version of {Service} could not be read: {Why}")]
    private partial void Unknown(ServiceName service, string why);
}
