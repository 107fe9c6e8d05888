using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nightjar.Connectors.Docker;

/// <summary>
/// The Docker Engine API over HTTP, as far as it is needed: https://docs.docker.com/reference/api/engine/. Bounded answers, a time limit
/// over each question, one version agreed on at the first.
/// </summary>
internal sealed class DockerApi(DockerOptions options) : IDisposable
{
    /// <summary>Engine 20.10, of December 2020: the first whose stats do not take a second a container.</summary>
    public static readonly Version Oldest = new(1, 41);

    /// <summary>The newest that this was written for; a newer engine speaks it too.</summary>
    public static readonly Version Newest = new(1, 47);

    /// <summary>Bytes of an answer: a list of 2,000 containers of 4 kB.</summary>
    private const int LargestAnswer = 8 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lazy<HttpClient> client = new(() => DockerConnection.Open(options), LazyThreadSafetyMode.PublicationOnly);
    private string? version;

    public string Host => options.Host;

    /// <summary>Asks who answers, and agrees on a version.</summary>
    public async Task<EngineVersion> HelloAsync(CancellationToken cancellationToken)
    {
        var engine = await ReadAsync("/version", DockerJson.Default.EngineVersion, cancellationToken);
        version = $"/v{Agreed(engine)}";
        return engine;
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await ReadAsync(await PrefixAsync(cancellationToken) + path, type, cancellationToken);

    /// <summary>An answer that goes on and on: events, logs. Nothing but its headers is waited for.</summary>
    public async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var prefix = await PrefixAsync(cancellationToken);
        return await GuardAsync(
            async limit =>
            {
                var response = await SendAsync(HttpMethod.Get, prefix + path, null, limit);
                return await response.Content.ReadAsStreamAsync(limit);
            },
            Patience,
            cancellationToken);
    }

    /// <param name="patience">How long it may take in all.</param>
    public async Task PostAsync(string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        var prefix = await PrefixAsync(cancellationToken);
        await GuardAsync(
            async limit =>
            {
                using var response = await SendAsync(HttpMethod.Post, prefix + path, null, limit);
                return true;
            },
            patience,
            cancellationToken);
    }

    /// <summary>Sends JSON, and hands over the answer's body while the time lasts.</summary>
    public async Task<T> PostAsync<T>(string path, HttpContent content, Func<Stream, CancellationToken, Task<T>> read, TimeSpan patience, CancellationToken cancellationToken)
    {
        var prefix = await PrefixAsync(cancellationToken);
        return await GuardAsync(
            async limit =>
            {
                using var response = await SendAsync(HttpMethod.Post, prefix + path, content, limit);
                return await read(await response.Content.ReadAsStreamAsync(limit), limit);
            },
            patience,
            cancellationToken);
    }

    /// <summary>The next question agrees on a version anew: another engine may answer.</summary>
    public void Forget() => version = null;

    public void Dispose()
    {
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }

    /// <summary>The whole of a bounded answer.</summary>
    public static async Task<byte[]> ReadBoundedAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        using var held = new MemoryStream();
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            held.Write(buffer, 0, read);
            if (held.Length > most)
            {
                throw new DockerException(DockerTrouble.Failed, $"Docker answered more than {most / 1024 / 1024} MB, which no question of ours has as its answer.");
            }
        }

        return held.ToArray();
    }

    private static Version Agreed(EngineVersion engine)
    {
        if (!Version.TryParse(engine.ApiVersion, out var theirs))
        {
            throw new DockerException(DockerTrouble.OtherVersion, "What answers there does not say which version of the Docker Engine API it speaks; correct docker.host.");
        }

        if (theirs < Oldest)
        {
            throw new DockerException(DockerTrouble.OtherVersion, $"Docker {engine.Version} speaks version {theirs} of its API; Nightjar needs {Oldest}, which Docker Engine has since 20.10. Update Docker.");
        }

        return Version.TryParse(engine.MinApiVersion, out var least) && least > Newest
            ? throw new DockerException(DockerTrouble.OtherVersion, $"Docker {engine.Version} speaks no version of its API before {least}; this Nightjar speaks {Newest}. Update Nightjar.")
            : theirs < Newest ? theirs : Newest;
    }

    private async Task<string> PrefixAsync(CancellationToken cancellationToken)
    {
        if (version is null)
        {
            await HelloAsync(cancellationToken);
        }

        return version ?? "";
    }

    private Task<T> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) => GuardAsync(
        async limit =>
        {
            using var response = await SendAsync(HttpMethod.Get, path, null, limit);
            var body = await ReadBoundedAsync(await response.Content.ReadAsStreamAsync(limit), LargestAnswer, limit);
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("nothing");
        },
        Patience,
        cancellationToken);

    /// <summary>Any status but a good one is thrown, with what the engine said of it.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.UserAgent.ParseAdd("Nightjar");
        var response = await client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
        {
            return response;
        }

        using (response)
        {
            throw EngineWords.OfStatus(response.StatusCode, await SaidAsync(response, cancellationToken), path);
        }
    }

    private static async Task<string> SaidAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[4 * 1024];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(buffer.AsSpan(0, length), DockerJson.Default.EngineMessage)?.Message ?? "";
        }
        catch (JsonException)
        {
            return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
        }
    }

    /// <summary>In real time whatever clock Nightjar runs on, because the engine lives in real time.</summary>
    private async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> ask, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DockerException(DockerTrouble.Unreachable, $"Docker at {options.Host} gave no complete answer within {patience.TotalSeconds:0.#} s; see whether it is overloaded (systemctl status docker).", e);
        }
        catch (JsonException e)
        {
            throw new DockerException(DockerTrouble.Failed, $"What {options.Host} answered is not what a Docker Engine answers; correct docker.host.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw EngineWords.OfFailure(options, e);
        }
    }
}
