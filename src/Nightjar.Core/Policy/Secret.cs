namespace Nightjar.Core.Policy;

/// <summary>A password, token or key from the configuration. Printed, logged or put into another text, it shows nothing.</summary>
/// <param name="file">The file that it was read from; null when the configuration held it, or a variable.</param>
public sealed class Secret(string value, string? file = null)
{
    public string? File => file;

    /// <summary>The secret itself, for the one call that needs it.</summary>
    public string Reveal() => value;

    public override string ToString() => Secrets.Masked;
}
