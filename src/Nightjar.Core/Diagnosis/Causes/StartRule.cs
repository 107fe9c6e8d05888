using System.Text.RegularExpressions;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>The image is there and its program does not come to run: the runtime's words (runc, through Docker or containerd), and exit codes 126 and 127 of shells.</summary>
internal sealed partial class StartRule : CauseRule
{
    public override string Family => "start";

    public override IEnumerable<Candidate> Look(Facts facts) => facts.Words.Where(s => s.By is SaidBy.Event or SaidBy.Status && s.Text.Length > 10).Select(s => Cause(facts, s)).OfType<Candidate>();

    private static Candidate? Cause(Facts facts, Said said)
    {
        var top = facts.Top(said.About);
        if (facts.Cluster.Pod(said.About) is { IsReady: true })
        {
            return null;
        }

        (string Cause, string Says, string Change)? found = said.Text switch
        {
            _ when NoProgram().IsMatch(said.Text) => ("command-not-found", "the program that it shall run is not in its image", "correct command and args, or the image"),
            _ when NotExecutable().IsMatch(said.Text) => ("command-not-executable", "the program that it shall run may not be executed", "make the file executable in the image, or run it through its interpreter"),
            _ when said.Text.Contains("exec format error", StringComparison.Ordinal) => ("image-platform-wrong", "its program was built for another processor", "build the image for the node's platform"),
            _ when said.Text.Contains("container has runAsNonRoot and image will run as root", StringComparison.Ordinal) || said.Text.Contains("container has runAsNonRoot and image has non-numeric user", StringComparison.Ordinal)
                => ("user-not-allowed", "it may not run as root and its image does", "set runAsUser to a number other than 0, or build the image with a numeric user"),
            _ when said.Text.Contains("port is already allocated", StringComparison.Ordinal) || said.Text.Contains("address already in use", StringComparison.Ordinal) && said.Text.Contains("userland proxy", StringComparison.Ordinal)
                => ("host-port-taken", "the port that it wants of the host is taken", "stop what has the port, or publish another one"),
            _ when said.Text.Contains("error mounting", StringComparison.Ordinal) && said.Text.Contains("not a directory", StringComparison.Ordinal) => ("mount-shape-wrong", "a file is mounted over a folder, or a folder over a file", "mount it with subPath, or at a path of the same kind"),
            _ => null,
        };
        return found is not var (cause, says, change) ? null : new Candidate
        {
            Cause = cause, About = top, Directness = Directness.States, Quotes = [said], Since = said.At, Condition = "container-start",
            Says = $"{Name(top)} cannot start: {says}", Change = change,
            Confirm = "the image run by hand with the same command fails with the same words", Refute = "it runs by hand on the same node",
        };
    }

    [GeneratedRegex(@"executable file not found in \$PATH|(?:exec|stat|starting container process caused)[^\n]{0,300}: no such file or directory[^\n]{0,20}$|exec: ""[^""]{1,300}"": (?:executable file not found|stat [^\n]{1,300}: no such file or directory)", RegexOptions.CultureInvariant, 500)]
    private static partial Regex NoProgram();

    [GeneratedRegex(@"exec[^\n]{0,300}: permission denied", RegexOptions.CultureInvariant, 500)]
    private static partial Regex NotExecutable();
}
