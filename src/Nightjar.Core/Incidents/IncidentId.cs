using System.Globalization;

namespace Nightjar.Core.Incidents;

/// <summary>The number of an incident, as people say it: <c>#12</c>.</summary>
public readonly record struct IncidentId(long Value)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Value}");
}
