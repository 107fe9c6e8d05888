namespace Nightjar.Configuration;

internal enum CheckOutcome
{
    Ok,
    Warn,
    Fail,
}

/// <summary>One line of <c>nightjar check</c>.</summary>
/// <param name="What">What was tried: <c>shop: logs</c>.</param>
/// <param name="Says">How it went, in words.</param>
/// <param name="WhatToDo">Null when all is well.</param>
internal sealed record CheckLine(CheckOutcome Outcome, string What, string Says, string? WhatToDo = null)
{
    public static CheckLine Ok(string what, string says) => new(CheckOutcome.Ok, what, says);

    public static CheckLine Warn(string what, string says, string whatToDo) => new(CheckOutcome.Warn, what, says, whatToDo);

    public static CheckLine Fail(string what, string says, string whatToDo) => new(CheckOutcome.Fail, what, says, whatToDo);
}
