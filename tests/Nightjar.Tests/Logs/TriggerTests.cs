using Nightjar.Core.Services;
using Nightjar.Logs;
using Nightjar.Testing;

namespace Nightjar.Tests.Logs;

/// <summary>However an expression is looked for, it means what a regular expression means.</summary>
public sealed class TriggerTests
{
    [Theory]
    [InlineData("CRITICAL|container_unhealthy|healing_failed")]
    [InlineData("disk full")]
    [InlineData("a|ab|abc")]
    [InlineData("out of (memory|disk)")]
    [InlineData("a.c")]
    [InlineData("^start")]
    [InlineData("end$")]
    [InlineData("x{2}")]
    [InlineData("[0-9]+ errors?")]
    [InlineData("(?i)critical")]
    [InlineData("a||b")]
    [InlineData("|")]
    public void It_finds_what_the_expression_finds_and_where(string expression)
    {
        var trigger = new TriggerScan.Trigger(expression);
        var regex = TriggerScan.Compile(expression);
        foreach (var text in new[] { "", "all is well", "CRITICAL: x", "critical", "a container_unhealthy here", "disk  full", "disk full", "abc", "a.c", "aXc", "start of it", "at the end", "xx", "17 errors", "out of disk", "healing_faile", "the healing_failed" })
        {
            Assert.Equal(regex.IsMatch(text), trigger.IsIn(text));
            Assert.Equal(regex.Match(text) is { Success: true } match ? match.Index : -1, trigger.IndexIn(text));
        }

        Assert.Equal(expression, trigger.ToString());
    }

    [Fact]
    public void A_line_of_an_alert_type_is_a_signal_with_its_condition_before_the_services_own_triggers()
    {
        var service = new Service { Name = new ServiceName("shop"), Triggers = [new LogTrigger("connections")] };
        var log = new ServiceLog(service, new FakeClock(), everywhere: [new LogTrigger("too many connections", "database-connections")]);
        log.Take("ERROR too many connections"u8, isBacklog: false);
        log.Take("ERROR connections are slow"u8, isBacklog: false);
        Assert.Equal(["database-connections", null], log.TakeFired().Select(s => s.Condition));
    }
}
