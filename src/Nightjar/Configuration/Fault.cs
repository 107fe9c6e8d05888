namespace Nightjar.Configuration;

/// <summary>A place in the file; both are counted from 1.</summary>
internal readonly record struct Place(int Line, int Column);

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="At">Null when it is the file as a whole.</param>
/// <param name="Path">The key, such as <c>services[0].errorRate.threshold</c>; empty for the document.</param>
internal sealed record Fault(Place? At, string Path, string Says)
{
    public string In(string file)
    {
        var place = At is { } at ? $"{file}:{at.Line}:{at.Column}" : file;
        return Path.Length == 0 ? $"{place}: {Says}" : $"{place}: {Path}: {Says}";
    }
}
