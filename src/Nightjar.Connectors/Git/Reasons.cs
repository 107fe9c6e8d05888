using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>What a failed command means to the person who must mend it.</summary>
internal static class Reasons
{
    private static readonly (string Sign, string Says)[] Known =
    [
        ("is currently checked out", "the branch is checked out there, and git does not move it under a person's hands: check out another branch in that tree, or give Nightjar a bare repository"),
        ("not appear to be a git repository", "it is not a git repository: give the folder that holds .git, or a bare repository"),
        ("not a git repository", "it is not a git repository: give the folder that holds .git, or a bare repository"),
        ("error: 301", "it was moved: give its new address"),
        ("unable to update url base from redirection", "it was moved: give its new address"),
        ("GH013", "a ruleset of the repository refuses this push: let the token's user push incident/ branches, or take them out of the ruleset"),
        ("GH006", "the branch is protected: take incident/ branches out of the protection rule"),
        ("protected branch", "the branch is protected: take incident/ branches out of the protection rule"),
        ("error: 403", "the token may not do this: give it the right to read and write the repository's contents"),
        ("repository not found", "there is no such repository, or we may not see it: correct the URL, or give the user that runs Nightjar access"),
        ("permission denied (publickey", "it refused our ssh key: give the user that runs Nightjar a key that may read and push"),
        ("host key verification failed", "its ssh host key is not known: add it to known_hosts of the user that runs Nightjar"),
        ("terminal prompts disabled", "it wants a name and a password: configure a token for its host, put one into the URL by way of a variable, or use ssh"),
        ("authentication failed", "it refused the name or token: see that the token is valid and may read and push"),
        ("could not resolve host", "its host name is not known here: correct the URL, or mend the name service"),
        ("failed to connect", "nothing answers there: correct the URL, or start the server"),
        ("connection refused", "nothing answers there: correct the URL, or start the server"),
        ("did not end within", "it did not answer in time"),
        ("not allowed", "git refuses this kind of address: use https, ssh or a path"),
        ("no space left", "the disk is full: make room"),
        ("read-only file system", "it is on a read-only file system: let the user that runs Nightjar write there"),
        ("insufficient permission", "we may not write there: let the user that runs Nightjar write to the repository"),
        ("permission denied", "we may not: give the user that runs Nightjar the right to read and write the repository"),
        ("unable to access", "it cannot be reached: correct the URL, or mend the network"),
        ("object file is empty", "objects in it are damaged: run git fsck there"),
        ("bad object", "objects in it are damaged: run git fsck there"),
    ];

    /// <param name="doing">What was tried, as in <c>read</c> or <c>push to</c>.</param>
    public static RepositoryException Explain(this GitException failure, Origin origin, string doing)
    {
        var says = Known.FirstOrDefault(k => failure.Says(k.Sign)).Says;
        var tail = Names.Plain(failure.Errors.Length > 300 ? failure.Errors[^300..] : failure.Errors);
        return new RepositoryException(says is null ? $"Could not {doing} {origin.Shown}. Git said: {tail}" : $"Could not {doing} {origin.Shown}: {says}. Git said: {tail}", failure);
    }
}
