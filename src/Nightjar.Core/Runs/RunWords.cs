namespace Nightjar.Core.Runs;

/// <summary>The words of statuses, as the API and the store have them.</summary>
public static class RunWords
{
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Running => "running",
        RunStatus.Ok => "ok",
        RunStatus.Fixed => "fixed",
        RunStatus.Failed => "failed",
        RunStatus.IssuesFound => "issues_found",
    };

    public static string Of(FixStatus status) => status switch
    {
        FixStatus.Pending => "pending",
        FixStatus.Analyzing => "analyzing",
        FixStatus.Success => "success",
        FixStatus.Failed => "failed",
        FixStatus.Reported => "reported",
        FixStatus.RolledBack => "rolled_back",
    };
}
