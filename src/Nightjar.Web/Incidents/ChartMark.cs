namespace Nightjar.Web.Incidents;

/// <summary>A moment that a chart marks with a line.</summary>
/// <param name="Name">The class that colours it.</param>
public sealed record ChartMark(string Name, string Says, DateTimeOffset At);
