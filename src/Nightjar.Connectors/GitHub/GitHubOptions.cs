namespace Nightjar.Connectors.GitHub;

/// <summary>The GitHub that requests are opened on: github.com, or an Enterprise server of one's own.</summary>
public sealed record GitHubOptions
{
    /// <summary>Where its REST API begins.</summary>
    public Uri Api { get; init; } = new("https://api.github.com");

    /// <summary>The token; empty when it is in <see cref="TokenFile"/>, or when there is none.</summary>
    public string Token { get; init; } = "";

    /// <summary>A file that holds the token. Read at every use, because tokens of apps change every hour.</summary>
    public string? TokenFile { get; init; }

    /// <summary>What GitHub signs its webhooks with; empty when none are taken.</summary>
    public string WebhookSecret { get; init; } = "";

    /// <summary>How often a request is looked at, should no webhook tell of it.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether Nightjar refuses to run where no review is required to merge.</summary>
    public bool Strict { get; init; }

    public bool HasToken => Token.Length > 0 || TokenFile is not null;

    /// <summary>Where people and git find it: the API of github.com (and ghe.com) has a host of its own, an Enterprise server's is below <c>/api/v3</c>.</summary>
    public Uri Site => new(Api.AbsolutePath == "/" && Api.Host.StartsWith("api.", StringComparison.Ordinal) ? $"{Api.Scheme}://{Api.Authority["api.".Length..]}" : Api.GetLeftPart(UriPartial.Authority));

    public override string ToString() => $"GitHub at {Api}";
}
