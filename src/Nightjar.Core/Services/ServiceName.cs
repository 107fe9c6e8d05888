namespace Nightjar.Core.Services;

/// <summary>The name of a service we look after. Outside text: never a path, a command or markup.</summary>
public readonly record struct ServiceName(string Value)
{
    public override string ToString() => Value;
}
