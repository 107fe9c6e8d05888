using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nightjar.Core.Incidents;

/// <summary>The number of an incident, as people say it: <c>#12</c>. In JSON it is the bare number.</summary>
[JsonConverter(typeof(IncidentIdJson))]
public readonly record struct IncidentId(long Value)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Value}");
}

internal sealed class IncidentIdJson : JsonConverter<IncidentId>
{
    public override IncidentId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, IncidentId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
