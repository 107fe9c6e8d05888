using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nightjar.Core.Services;

/// <summary>The name of a service we look after. Outside text: never a path, a command or markup. In JSON it is the bare string.</summary>
[JsonConverter(typeof(ServiceNameJson))]
public readonly record struct ServiceName(string Value)
{
    public override string ToString() => Value;
}

internal sealed class ServiceNameJson : JsonConverter<ServiceName>
{
    public override ServiceName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, ServiceName value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
