namespace Nightjar.Connectors.Git;

/// <summary>How a repository over https is reached: given to the one git call that needs it, by its environment alone.</summary>
/// <param name="Site">The scheme and authority that the token is meant for, such as <c>https://github.com</c>; git gets it for no other.</param>
public sealed record GitLogin(Uri Site, string User, string Token)
{
    public override string ToString() => $"{User} at {Site.GetLeftPart(UriPartial.Authority)}";
}
