namespace Nightjar.Agents.Gateway;

/// <summary>A key of the provider, from the environment or a file.</summary>
/// <param name="says">Where it is from, for people.</param>
/// <param name="read">Reads it each time, so that a key that was changed in its file is used at once; null when there is none.</param>
public sealed class ApiKey(string says, Func<string?> read) : IModelAccess
{
    public string Says => says;

    public Task AddToAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (read() is not { Length: > 0 } key || key.Any(c => c is <= ' ' or > '~'))
        {
            throw new ModelAccessException($"there is no usable key in {says}: put one there, or set agent.kind to built-in");
        }

        request.Headers.TryAddWithoutValidation("x-api-key", key);
        return Task.CompletedTask;
    }
}
