using System.Text;
using Nightjar.Connectors.Journald;

namespace Nightjar.Tests.Connectors.Journald;

/// <summary>What journalctl prints, and what it might.</summary>
public sealed class JournalEntryTests
{
    [Fact]
    public void A_message_of_a_programs_output_is_its_line()
    {
        var batch = Read("""{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1763668800123456","_TRANSPORT":"stdout","PRIORITY":"3","_SYSTEMD_UNIT":"shop.service","_STREAM_ID":"f00","_PID":"7","MESSAGE":"   at Shop.Buy()"}""");

        Assert.Equal(("shop.service f00", "s=1;i=2", true), (batch?.Stream, batch?.Mark, batch?.MarksAll));
        Assert.Equal("   at Shop.Buy()", Text(batch));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_763_668_800_123).AddMicroseconds(456), batch?.At);
    }

    [Theory]
    [InlineData("3", "journal", "boom", "<3>boom")]
    [InlineData("0", "syslog", "boom", "<0>boom")]
    [InlineData("4", "syslog", "boom", "boom")]
    [InlineData("3", "syslog", """{"level":"info"}""", """{"level":"info"}""")]
    [InlineData("3", "syslog", "  at x", "  at x")]
    [InlineData("-3", "syslog", "boom", "boom")]
    [InlineData("3", null, "boom", "boom")]
    public void A_priority_that_a_logger_gave_stands_before_the_message_as_syslog_writes_it(string priority, string? transport, string message, string line)
    {
        var from = transport is null ? "" : $"\"_TRANSPORT\":\"{transport}\",";
        Assert.Equal(line, Text(Read($$"""{"__CURSOR":"s=1;i=2",{{from}}"PRIORITY":"{{priority}}","MESSAGE":{{System.Text.Json.JsonSerializer.Serialize(message)}}}""")));
    }

    [Fact]
    public void A_message_that_is_not_text_comes_as_numbers()
    {
        var batch = Read("""{"__CURSOR":"c","MESSAGE":[104,105,0,255,10]}""");
        Assert.Equal(new byte[] { 104, 105, 0, 255, 10 }, batch?.Lines[0].ToArray());
        Assert.Equal("one", Text(Read("""{"__CURSOR":"c","MESSAGE":["one","two"]}""")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"__CURSOR":"c"}""")]
    [InlineData("""{"MESSAGE":"no cursor"}""")]
    [InlineData("""{"__CURSOR":"c","MESSAGE":null}""")]
    [InlineData("""{"__CURSOR":"c","MESSAGE":[]}""")]
    [InlineData("""{"__CURSOR":"c","MESSAGE":[1,256]}""")]
    [InlineData("""{"__CURSOR":"c","MESSAGE":[1,"x"]}""")]
    [InlineData("""{"__CURSOR":"c","MESSAGE":{"a":1}}""")]
    [InlineData("""{"__CURSOR":"c","MESSAGE":"\ud800"}""")]
    public void What_is_no_entry_with_a_message_is_left_out(string line) => Assert.Null(Read(line));

    [Theory]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    [InlineData("9223372036854775807")]
    [InlineData("soon")]
    public void A_time_that_is_none_is_left_out(string time) => Assert.Null(Read($$"""{"__CURSOR":"c","MESSAGE":"x","__REALTIME_TIMESTAMP":"{{time}}"}""")?.At);

    private static Nightjar.Core.Signals.LineBatch? Read(string line) => JournalEntry.Read(Encoding.UTF8.GetBytes(line));

    private static string? Text(Nightjar.Core.Signals.LineBatch? batch) => batch is null ? null : Encoding.UTF8.GetString(batch.Lines[0].Span);
}
