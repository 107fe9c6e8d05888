using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Agents.Gateway;

/// <summary>
/// The credentials file of a signed-in Claude Code (<c>~/.claude/.credentials.json</c>): an access token, renewed with its refresh
/// token shortly before it ends, and written back for whoever else uses the file.
/// </summary>
/// <param name="tokens">Where a token is renewed.</param>
public sealed class OAuthCredentials(string path, Uri tokens, HttpClient http, TimeProvider clock) : IModelAccess, IDisposable
{
    /// <summary>Where the provider renews tokens.</summary>
    public static readonly Uri Tokens = new("https://console.anthropic.com/v1/oauth/token");

    /// <summary>The public client id of Claude Code, for which the file's tokens were made.</summary>
    private const string Client = "9d1c250a-e61b-44d9-88ed-5944d1962f5e";

    private const string Section = "claudeAiOauth";

    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);

    /// <summary>Seconds; a year.</summary>
    private const long LongestLife = 31_536_000;

    private static readonly TimeSpan LongestRenewal = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim turn = new(1, 1);

    public string Says => $"the credentials file {path}";

    public async Task AddToAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var file = await ReadAsync(cancellationToken);
            if (clock.GetUtcNow() + Early >= Ends(file))
            {
                await RenewAsync(file);
            }

            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Text(file, "accessToken")}");
            request.Headers.TryAddWithoutValidation("anthropic-beta", "oauth-2025-04-20");
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<JsonObject> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var file = JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
            return file?[Section] is JsonObject && Text(file, "accessToken").Length > 0 ? file : throw new ModelAccessException($"{path} holds no {Section}.accessToken: sign in with claude on this machine, or use an API key");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ModelAccessException($"the credentials file {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Goes on when its run is ended in the middle: the old refresh token is void as soon as there is a new one.</summary>
    private async Task RenewAsync(JsonObject file)
    {
        if (Text(file, "refreshToken") is not { Length: > 0 } refresh)
        {
            throw new ModelAccessException($"the token in {path} has ended and there is none to renew it: sign in with claude again");
        }

        using var limit = new CancellationTokenSource(LongestRenewal, clock);
        try
        {
            using var answer = await http.PostAsJsonAsync(tokens, new { grant_type = "refresh_token", refresh_token = refresh, client_id = Client }, limit.Token);
            if (!answer.IsSuccessStatusCode)
            {
                throw new ModelAccessException($"the token in {path} could not be renewed ({(int)answer.StatusCode}): sign in with claude again");
            }

            var renewed = await answer.Content.ReadFromJsonAsync<JsonObject>(limit.Token) ?? [];
            var section = (JsonObject?)file[Section] ?? [];
            section["accessToken"] = renewed["access_token"]?.GetValue<string>() is { Length: > 0 } access ? access : throw new ModelAccessException($"the answer to the renewal of the token in {path} holds none");
            section["refreshToken"] = renewed["refresh_token"]?.GetValue<string>() ?? refresh;
            section["expiresAt"] = (clock.GetUtcNow() + TimeSpan.FromSeconds(Math.Clamp(renewed["expires_in"]?.GetValue<long>() ?? 3600, 0, LongestLife))).ToUnixTimeMilliseconds();
            await WriteAsync(file);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException or FormatException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            throw new ModelAccessException($"the token in {path} could not be renewed: {e.Message}", e);
        }
    }

    /// <summary>Beside it first, readable by nobody else, so that a kill leaves the old file or the new one.</summary>
    private async Task WriteAsync(JsonObject file)
    {
        var beside = $"{path}.nightjar";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var stream = new FileStream(beside, options))
        {
            await JsonSerializer.SerializeAsync(stream, file);
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    private static DateTimeOffset Ends(JsonObject file) =>
        (file[Section] as JsonObject)?["expiresAt"] is JsonValue value && value.TryGetValue<long>(out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, 0, 253_402_300_799_000))
            : DateTimeOffset.MaxValue;

    private static string Text(JsonObject file, string name) =>
        (file[Section] as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
