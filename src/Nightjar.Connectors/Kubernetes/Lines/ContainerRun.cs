using System.Globalization;

namespace Nightjar.Connectors.Kubernetes.Lines;

/// <summary>One run of one container of a pod, from its start to its end: what one log is of.</summary>
/// <param name="Number">How often the container was started before.</param>
internal sealed record ContainerRun(string Namespace, string Pod, string Uid, string Container, int Number)
{
    /// <summary>What its marks are kept under; runs of one container follow each other.</summary>
    public string Stream => $"{Uid}/{Container}";

    /// <summary>The path of its log, from a moment (null: from its beginning, or from now).</summary>
    /// <param name="since">Nanoseconds since 1970, of which the server takes whole seconds.</param>
    public string Log(long? since, bool fromNow)
    {
        var from = since is { } at ? $"&sinceTime={DateTimeOffset.FromUnixTimeSeconds(at / 1_000_000_000).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}" : fromNow ? "&tailLines=0" : "";
        return $"/api/v1/namespaces/{Uri.EscapeDataString(Namespace)}/pods/{Uri.EscapeDataString(Pod)}/log?follow=true&timestamps=true&container={Uri.EscapeDataString(Container)}{from}";
    }
}

/// <param name="IsOver">It has ended: what is left of its log is read once.</param>
/// <param name="IsNew">It began after we did: its log is read from the beginning.</param>
internal sealed record WantedRun(ContainerRun Run, bool IsOver, bool IsNew);
