namespace Nightjar.Logs.Events;

/// <summary>The fields of one event while it is read; a plain holder, used by one reader at a time.</summary>
internal sealed class RawEvent
{
    public Moment? Time { get; set; }

    public LogLevel Level { get; set; }

    public string? Message { get; set; }

    public string? Template { get; set; }

    public string? ErrorClass { get; set; }

    public string? ErrorMessage { get; set; }

    public string? Trace { get; set; }

    public int? Status { get; set; }

    public void Clear()
    {
        Time = null;
        Level = LogLevel.Unknown;
        Message = null;
        Template = null;
        ErrorClass = null;
        ErrorMessage = null;
        Trace = null;
        Status = null;
    }
}
