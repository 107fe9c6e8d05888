using System.Globalization;
using System.Text;
using Nightjar.Core.Incidents;

namespace Nightjar.Agents.ClaudeCode;

/// <summary>Everything that the program printed in one run, one file for each attempt, never overwritten, readable by this user alone.</summary>
internal sealed class Transcript : IAsyncDisposable
{
    private const int MostAttempts = 10_000;

    private readonly FileStream file;

    private Transcript(FileStream file, int attempt)
    {
        this.file = file;
        Attempt = attempt;
    }

    public int Attempt { get; }

    public string Path => file.Name;

    public static Transcript Open(string folder, IncidentId incident, string phase)
    {
        var own = System.IO.Path.Combine(folder, incident.Value.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(own);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        for (var attempt = 1; ; attempt++)
        {
            var path = System.IO.Path.Combine(own, string.Create(CultureInfo.InvariantCulture, $"{phase}-{attempt}.jsonl"));
            if (File.Exists(path) && attempt < MostAttempts)
            {
                continue;
            }

            return new Transcript(new FileStream(path, options), attempt);
        }
    }

    public async Task WriteAsync(string line, CancellationToken cancellationToken)
    {
        await file.WriteAsync(Encoding.UTF8.GetBytes(MaskedLine.Of(line) + "\n"), cancellationToken);
        await file.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
