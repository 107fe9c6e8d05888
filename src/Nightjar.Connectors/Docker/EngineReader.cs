using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Nightjar.Core.Evidence;

namespace Nightjar.Connectors.Docker;

/// <summary>What the engine knows of its containers, as facts.</summary>
internal sealed class EngineReader(DockerApi api)
{
    /// <summary>Bytes of the last lines that go along with a signal.</summary>
    private const int LargestTail = 256 * 1024;

    /// <summary>The events that change how a container is; health checks alone would be three more each time they run.</summary>
    private const string Wanted = """{"type":["container"],"event":["start","die","stop","kill","oom","health_status","destroy","rename","pause","unpause"]}""";

    public Task<ListedContainer[]> ListAsync(CancellationToken cancellationToken) =>
        api.GetAsync("/containers/json?all=1", DockerJson.Default.ListedContainerArray, cancellationToken);

    /// <param name="container">Its id or whole name.</param>
    /// <returns>Null when there is none.</returns>
    public async Task<InspectedContainer?> InspectAsync(string container, CancellationToken cancellationToken)
    {
        try
        {
            var found = await api.GetAsync($"/containers/{Uri.EscapeDataString(container)}/json", DockerJson.Default.InspectedContainer, cancellationToken);

            // The engine also takes the beginning of an id for a name.
            return found.Id == container || WireFacts.Bare(found.Name ?? "") == container ? found : null;
        }
        catch (DockerException e) when (e.Trouble == DockerTrouble.Gone)
        {
            return null;
        }
    }

    /// <summary>One reading, without the second that the engine would otherwise wait for another; null for one that does not run.</summary>
    public async Task<ContainerUsage?> UsageAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return WireFacts.Usage(await api.GetAsync($"/containers/{id}/stats?stream=false&one-shot=true", DockerJson.Default.ContainerStats, cancellationToken));
        }
        catch (DockerException e) when (e.Trouble is DockerTrouble.Gone or DockerTrouble.Conflict or DockerTrouble.Failed)
        {
            return null;
        }
    }

    /// <summary>The last lines that it wrote, whichever way.</summary>
    public async Task<IReadOnlyList<string>> TailAsync(InspectedContainer container, int lines, CancellationToken cancellationToken)
    {
        await using var stream = await api.OpenAsync(string.Create(CultureInfo.InvariantCulture, $"/containers/{container.Id}/logs?stdout=1&stderr=1&timestamps=1&tail={lines}"), cancellationToken);
        var cutter = new LogLineCutter(container.Config?.Tty ?? false);
        var cut = new List<LogLine>();
        var buffer = new byte[16 * 1024];
        int read;
        for (var length = 0; length < LargestTail && (read = await stream.ReadAsync(buffer, cancellationToken)) > 0; length += read)
        {
            cutter.Take(buffer.AsSpan(0, read), cut);
        }

        cutter.End(cut);
        return [.. cut.Select(l => Encoding.UTF8.GetString(l.Text)).TakeLast(lines)];
    }

    /// <summary>What happened to containers after a moment of the engine's clock, and what happens, until the engine goes away.</summary>
    /// <param name="since">Nanoseconds since 1970.</param>
    /// <param name="until">Null to go on and on.</param>
    public async IAsyncEnumerable<(ContainerEvent Event, long Nanoseconds)> EventsAsync(long since, long? until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = until is { } moment ? $"&until={Seconds(moment)}" : "";
        await using var stream = await api.OpenAsync($"/events?since={Seconds(since)}{end}&filters={Uri.EscapeDataString(Wanted)}", cancellationToken);
        var lines = new JsonLines(stream);
        while (await lines.NextAsync(cancellationToken) is { } line)
        {
            if (Parse(line) is { } said && said.TimeNano > since && WireFacts.Event(said) is { } happened)
            {
                yield return (happened, said.TimeNano);
            }
        }
    }

    private static EngineEvent? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line.Span, DockerJson.Default.EngineEvent);
        }
        catch (JsonException)
        {
            // One line that is not an event, of a proxy say: the next sweep sees what it told of.
            return null;
        }
    }

    public static string Seconds(long nanoseconds) => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000_000}.{nanoseconds % 1_000_000_000:000000000}");
}
