using System.Text.RegularExpressions;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>Files that are not there, may not be read or written, or do not fit: in the words of the C library, Go, Node.js, Python, Java and .NET.</summary>
internal sealed partial class FileRule : LogRule
{
    public override string Family => "files";

    protected override IEnumerable<LoggedCause> Causes =>
    [
        new("disk-full", Full(), Directness.States, _ => "cannot write: the disk is full", _ => "make room, or give it a larger volume", "df shows no free space or inodes", "there is room: then a quota is used up") { Condition = "disk-low" },
        new("file-system-read-only", ReadOnly(), Directness.States, m => $"writes{Path(m)} where nothing may be written", m => "mount a volume there, or let the root file system be written (readOnlyRootFilesystem)", "the path is on a read-only mount", "a write by hand works there"),
        new("file-permission-denied", Denied(), Directness.Fits, m => $"may not open{Path(m)}", _ => "give the file's owner or group to the user that it runs as (securityContext.fsGroup for volumes), or run it as the file's owner", "ls -ln inside shows another owner than the program's user", "the user may read and write there"),
        new("file-missing", Missing(), Directness.Hints, m => $"does not find the file{Path(m)}", m => $"bring the file{Path(m)} into the image, or mount the config map, secret or volume that has it, or correct the path", "ls inside the container does not show it", "the file is there when the program starts"),
        new("configuration-missing", Variable(), Directness.Fits, m => $"was not given what it must be configured with{Value(m)}", _ => "set the variable in the pod's template or the service's environment", "its environment lacks it", "its environment has it"),
    ];

    /// <summary>A path under a mount is the volume's matter.</summary>
    protected override Candidate? Of(Facts facts, LoggedCause cause, Said said, Match match)
    {
        if (base.Of(facts, cause, said, match) is not { } candidate || (cause.Name is "file-missing" && !IsFatal(facts, said) && said.Text.Contains("GET /", StringComparison.Ordinal)))
        {
            return null;
        }

        var path = match.Groups["path"].Value;
        var mount = facts.Cluster.Pod(said.About)?.Containers.Where(c => said.Key.Length == 0 || c.Name == said.Key).SelectMany(c => c.Mounts).Where(m => m.Length > 1 && (path.StartsWith(m, StringComparison.Ordinal) || !path.StartsWith('/'))).OrderByDescending(m => m.Length).FirstOrDefault();
        return cause.Name is "file-permission-denied" && mount is not null
            ? candidate with
            {
                Cause = "volume-permission-denied", Says = $"{Name(candidate.About)} may not use{(path.Length > 0 ? $" {Name(path)} on" : "")} the volume at {Name(mount)}",
                Quotes = [said, new Said(SaidBy.Field, $"{said.About}", said.About, "volumeMounts", $"volumeMounts.mountPath: {mount}", null)],
            }
            : candidate;
    }

    private static string Path(Match match) => match.Groups["path"].Value is { Length: > 0 } path ? $" {Name(path)}" : "";

    private static string Value(Match match) => match.Groups["name"].Value is { Length: > 0 } name ? $": {Name(name)}" : "";

    [GeneratedRegex(@"No space left on device|no space left on device|ENOSPC|There is not enough space on the disk|Disk quota exceeded", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Full();

    [GeneratedRegex(@"(?:(?<path>/[^\s:'""]{1,300})['""]?: )?(?:Read-only file system|read-only file system)|EROFS: read-only file system, \w+ '(?<path>[^']{1,300})'", RegexOptions.CultureInvariant, 500)]
    private static partial Regex ReadOnly();

    [GeneratedRegex(@"(?:open|mkdir|stat|unlink|rename|chdir|create|remove|read|write|lstat|chown) (?<path>/[^\s:]{1,300}): permission denied|(?:EACCES|EPERM): (?:permission denied|operation not permitted), \w+ '(?<path>[^']{1,300})'|\[Errno 13\] Permission denied: '(?<path>[^']{1,300})'|(?<path>/[^\s:'""()]{1,300})['""]? ?(?:\(Permission denied\)|: Permission denied)|Access to the path '(?<path>[^']{1,300})' is denied|[Cc]an'?t (?:open|create|chdir to|read)[^\n]{0,200}: Permission denied|AccessDeniedException: (?<path>/\S{1,300})", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Denied();

    [GeneratedRegex(@"(?:open|stat|lstat|chdir|read|readlink|fork/exec) (?<path>/?[^\s:]{1,300}): no such file or directory|ENOENT: no such file or directory, \w+ '(?<path>[^']{1,300})'|\[Errno 2\] No such file or directory: '(?<path>[^']{1,300})'|(?<path>/[^\s:'""()]{1,300})['""]? ?(?:\(No such file or directory\)|: No such file or directory|: not found$)|[Cc]an'?(?:no)?t (?:open|access|stat) (?:file )?'?(?<path>[^'\n:]{1,300})'?: No such file or directory|Could not find (?:file|a part of the path) '(?<path>[^']{1,300})'|NoSuchFileException: (?<path>\S{1,300})|Cannot find module '(?<path>[^']{1,300})'", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Missing();

    [GeneratedRegex(@"(?:environment variable|env(?:ironment)? var|env) [""'`]?(?<name>[A-Z][A-Z0-9_]{2,60})[""'`]? (?:is |was )?(?:not set|required|missing|unset|must be set|not found|not defined)|(?<name>[A-Z][A-Z0-9_]{3,60}) (?:environment variable )?(?:is not set|must be set|is required)|KeyError: '(?<name>[A-Z][A-Z0-9_]{2,60})'|Missing required environment variable[:s ]{1,3}(?<name>[A-Z][A-Z0-9_]{2,60})|Could not resolve placeholder '(?<name>[^']{1,100})'", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Variable();
}
