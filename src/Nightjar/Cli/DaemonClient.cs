using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nightjar.Hosting;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Cli;

/// <summary>Speaks to the running daemon's API with the token of this user.</summary>
internal sealed class DaemonClient : IDisposable
{
    /// <summary>The variable that names a daemon elsewhere, such as <c>http://nightjar.nightjar:7677</c>.</summary>
    private const string Elsewhere = "NIGHTJAR_DAEMON";

    private readonly HttpClient http;

    private DaemonClient(Uri address, string token, string person)
    {
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.Add("X-Nightjar-Person", Uri.EscapeDataString(person));
    }

    /// <summary>The daemon of the first of these state folders that has one.</summary>
    /// <param name="person">Who acts, for the journal; the user of this machine when nobody is named.</param>
    /// <exception cref="NoDaemonException">None runs; the message says where was looked.</exception>
    public static DaemonClient Connect(IReadOnlyList<string> folders, string? person = null)
    {
        if (Remote is { } remote)
        {
            return new DaemonClient(remote, CommandToken.Given ?? throw new NoDaemonException($"{Elsewhere} names {remote}, but {CommandToken.Variable} has no token of 32 characters or more for it"), person ?? Environment.UserName);
        }

        foreach (var folder in folders)
        {
            if (SqliteStore.FindHolder(StateFiles.Store(folder)) is { Url: { Length: > 0 } url } && CommandToken.Read(folder) is { } token)
            {
                return new DaemonClient(new Uri(url), token, person ?? Environment.UserName);
            }
        }

        throw new NoDaemonException($"No running daemon was found (looked in {string.Join(", ", folders)}). Start one with: nightjar run --config nightjar.yaml");
    }

    /// <summary>The daemon elsewhere that was named; null when none was.</summary>
    /// <exception cref="NoDaemonException">What was named is no address.</exception>
    public static Uri? Remote => Environment.GetEnvironmentVariable(Elsewhere) switch
    {
        null or "" => null,
        var named when Uri.TryCreate(named, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) => url,
        var named => throw new NoDaemonException($"{Elsewhere} is {named}; it takes a URL such as http://nightjar.nightjar:7677"),
    };

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) => Parse(await SendAsync(HttpMethod.Get, path, null, cancellationToken));

    /// <summary>For what the API answers as plain text: a diff.</summary>
    public Task<string> GetTextAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, cancellationToken);

    public async Task<JsonNode> PostAsync(string path, object body, CancellationToken cancellationToken) => Parse(await SendAsync(HttpMethod.Post, path, body, cancellationToken));

    public void Dispose() => http.Dispose();

    private async Task<string> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}");
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, body.GetType());
        }

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode ? text : throw new RefusedException(Parse(text)["detail"]?.GetValue<string>() ?? $"The daemon answered {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoDaemonException($"The daemon at {http.BaseAddress} did not answer within {http.Timeout.TotalMinutes:0} minutes");
        }
        catch (HttpRequestException e)
        {
            throw new NoDaemonException($"The daemon at {http.BaseAddress} does not answer: {e.Message}");
        }
    }

    private JsonNode Parse(string text)
    {
        try
        {
            return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text) ?? new JsonObject();
        }
        catch (JsonException e)
        {
            throw new RefusedException($"The daemon at {http.BaseAddress} gave an answer that is not JSON: {e.Message}");
        }
    }
}

/// <summary>No daemon runs where one was looked for.</summary>
internal sealed class NoDaemonException(string message) : Exception(message);

/// <summary>The daemon understood and said no; the message is its reason.</summary>
internal sealed class RefusedException(string message) : Exception(message);
