namespace Nightjar.Connectors.Git;

/// <summary>One git command: what to run, where, and how much it may take.</summary>
internal sealed record GitCall(params string[] Arguments)
{
    /// <summary>The repository's own folder, named outright: git then looks at no other, whatever lies in the working tree.</summary>
    public string? GitDir { get; init; }

    public string? WorkTree { get; init; }

    /// <summary>A person's folder to look into, where we do not know yet what it is.</summary>
    public string? Folder { get; init; }

    /// <summary>A configuration file to read as well: it names the real repository, whose address must not be in the process list.</summary>
    public string? With { get; init; }

    /// <summary>For a call that reaches a site which wants one.</summary>
    public GitLogin? Login { get; init; }

    public string? Input { get; init; }

    /// <summary>Bytes of output.</summary>
    public int MostOutput { get; init; } = 32 * 1024 * 1024;

    /// <summary>Whether output past the limit is cut off; otherwise it is an error.</summary>
    public bool MayCut { get; init; }

    /// <summary>Real time. Two minutes are long for anything local; what talks to another machine takes <see cref="Far"/>.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The exit codes that are an answer; others are an error.</summary>
    public int MostExitCode { get; init; }

    /// <summary>The date of a commit that is made.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>A first fetch of a large repository over a slow line.</summary>
    public static readonly TimeSpan Far = TimeSpan.FromMinutes(15);
}

/// <summary>What a git command printed.</summary>
internal sealed record GitOutput(int ExitCode, string Text, bool Cut, string Errors = "")
{
    public string Line => Text.TrimEnd('\n', '\r');
}
