using System.Globalization;

namespace Nightjar.Configuration;

/// <summary>What no single key of <c>github</c> can tell: where its secrets come from, and whether it is of use.</summary>
internal static class GitHubChecks
{
    public static void Run(NightjarOptions options, Reading reading)
    {
        foreach (var key in new[] { "github.token", "github.webhookSecret" }.Where(k => reading.Has(k) && reading.VariablesByPath.GetValueOrDefault(k, []).IsEmpty))
        {
            reading.Blame(key, "is written out in this file, which others read; give it as ${NAME} and set the variable");
        }

        if (reading.Has("github.token") && reading.Has("github.tokenFile"))
        {
            reading.Blame("github", "has both token and tokenFile; give one");
        }

        if (options.GitHub.Api is { Scheme: not "https", IsLoopback: false })
        {
            reading.Blame("github.api", "would carry the token in clear text; give an https URL");
        }

        if (options.GitHub.Api is { } api && (api.UserInfo.Length > 0 || api.Query.Length > 0 || api.Fragment.Length > 0))
        {
            reading.Blame("github.api", "has more than a host and a path; give the token by token or tokenFile");
        }

        for (var i = 0; i < options.Services.Length && !options.GitHub.HasToken; i++)
        {
            if (options.Services[i].Repository?.GitHub is not null)
            {
                reading.Blame(string.Create(CultureInfo.InvariantCulture, $"services[{i}].repository.github"), "is not used: there is no github.token and no github.tokenFile");
            }
        }
    }
}
