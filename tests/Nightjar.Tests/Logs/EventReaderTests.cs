using System.Text;
using Nightjar.Logs.Events;
using Nightjar.Logs.Lines;

namespace Nightjar.Tests.Logs;

public sealed class EventReaderTests
{
    private static readonly DateTimeOffset Arrival = new(2026, 11, 20, 12, 0, 5, TimeSpan.Zero);

    private static readonly DateTimeOffset Own = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly LineCounts counts = new();

    [Theory]
    [InlineData("""{"timestamp":"2026-11-20T12:00:00Z","level":"error","message":"boom"}""")]
    [InlineData("""{"@timestamp":"2026-11-20T13:00:00.000+01:00","log.level":"ERROR","message":"boom"}""")]
    [InlineData("""{"time":1795176000000,"level":50,"msg":"boom"}""")]
    [InlineData("""{"ts":1795176000.0,"lvl":"eror","msg":"boom"}""")]
    [InlineData("""{"Timestamp":"2026-11-20T12:00:00.0000000Z","EventId":1,"LogLevel":"Error","Category":"Shop","Message":"boom","State":{"Message":"boom","{OriginalFormat}":"boom"}}""")]
    [InlineData("""{"@t":"2026-11-20T12:00:00Z","@m":"boom","@l":"Error"}""")]
    [InlineData("""{"time":"2026-11-20 12:00:00,000","severity":"ERROR","message":"boom"}""")]
    [InlineData("2026-11-20T12:00:00.000Z ERROR boom")]
    [InlineData("2026-11-20 12:00:00,000 - ERROR - boom")]
    [InlineData("[2026-11-20 12:00:00] [error] boom")]
    [InlineData("2026/11/20 12:00:00 [error] boom")]
    [InlineData("Nov 20 12:00:00 host app[12]: ERROR boom")]
    [InlineData("26/11/20 12:00:00 ERROR boom")]
    [InlineData("[Fri Nov 20 12:00:00 2026] [error] boom")]
    [InlineData("E1120 12:00:00.000000       1 shop.go:12] boom")]
    [InlineData("time=2026-11-20T12:00:00Z level=error msg=\"boom\"")]
    [InlineData("1795176000 ERROR boom")]
    public void Time_level_and_message_are_found(string line)
    {
        var read = Read(line);

        Assert.Equal(Own, read.At);
        Assert.Equal(LogLevel.Error, read.Level);
        Assert.EndsWith("boom", read.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fail: Shop.Checkout[0] boom", LogLevel.Error)]
    [InlineData("warn: Shop.Checkout[0]", LogLevel.Warning)]
    [InlineData("info: no error here", LogLevel.Info)]
    [InlineData("12:00:00 [ERR] boom", LogLevel.Error)]
    [InlineData("panic: boom", LogLevel.Fatal)]
    [InlineData("Unhandled exception. System.Exception: x", LogLevel.Fatal)]
    [InlineData("we saw an error there", LogLevel.Unknown)]
    [InlineData("GET /error-page took 12 ms", LogLevel.Unknown)]
    [InlineData("{\"level\":\"warn\",\"msg\":\"x\"}", LogLevel.Warning)]
    [InlineData("{\"severity\":3,\"msg\":\"x\"}", LogLevel.Error)]
    public void Levels_are_read_where_they_are_marked(string line, object level) => Assert.Equal((LogLevel)level, Read(line).Level);

    [Theory]
    [InlineData("""127.0.0.1 - - [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 500 12""", 500)]
    [InlineData("""127.0.0.1 - bob [20/Nov/2026:12:00:00 +0000] "POST /a?b HTTP/2.0" 204 - "-" "curl" """, 204)]
    [InlineData("""{"msg":"done","status":503}""", 503)]
    [InlineData("""{"msg":"done","statusCode":"404"}""", 404)]
    [InlineData("""{"msg":"done","http.response.status_code":200}""", 200)]
    [InlineData("""{"msg":"done","http":{"response":{"status_code":500}}}""", 500)]
    [InlineData("""{"LogLevel":"Information","Message":"x","State":{"StatusCode":500,"{OriginalFormat}":"Request finished {StatusCode}"}}""", 500)]
    [InlineData("""{"level":30,"res":{"statusCode":201},"msg":"request completed"}""", 201)]
    [InlineData("2026-11-20 12:00:00 INFO HTTP GET /x responded 502 in 12 ms", 502)]
    [InlineData("level=info msg=\"done\" status=200", 200)]
    [InlineData("""{"msg":"done","status":"ok"}""", null)]
    [InlineData("""{"msg":"done","status":7}""", null)]
    [InlineData("500 things done", null)]
    public void The_status_of_a_request_is_found(string line, int? status) => Assert.Equal(status, Read(line).HttpStatus);

    [Theory]
    [InlineData("""{"level":"error","message":"failed","exception":"Shop.StockError: stock is -3\n   at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42"}""")]
    [InlineData("""{"level":"error","message":"failed","error":{"type":"Shop.StockError","message":"stock is -3","stack_trace":"   at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42"}}""")]
    [InlineData("""{"level":50,"msg":"failed","err":{"type":"Shop.StockError","message":"stock is -3","stack":"Shop.StockError: stock is -3\n    at Shop.Inventory.Reserve (/src/Inventory.cs:42:1)"}}""")]
    [InlineData("""{"LogLevel":"Error","Message":"failed","Exception":"Shop.StockError: stock is -3    at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42"}""")]
    [InlineData("""{"@t":"2026-11-20T12:00:00Z","@mt":"failed","@l":"Error","@x":"Shop.StockError: stock is -3\r\n   at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42"}""")]
    [InlineData("""{"level":"error","message":"failed","exception.type":"Shop.StockError","exception.message":"stock is -3","exception.stacktrace":"   at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42"}""")]
    [InlineData("fail: Shop[0]\n      failed\n      Shop.StockError: stock is -3\n         at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42")]
    [InlineData("{\n\"level\":\"error\",\n\"error\":{\"name\":\"Shop.StockError\",\"message\":\"stock is -3\"},\"stack\":\"   at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42\"\n}")]
    public void The_class_message_and_frames_of_an_error_are_found(string line)
    {
        var read = Read(line);

        Assert.Equal(("Shop.StockError", "stock is -3"), (read.ErrorClass, read.ErrorMessage));
        Assert.Equal("Shop.Inventory.Reserve in /src/Inventory.cs:42", Assert.Single(read.Frames).ToString());
    }

    [Fact]
    public void A_wrapper_gives_way_to_its_cause()
    {
        var read = Read("""{"level":"error","message":"failed","exception":"System.AggregateException: One or more\n ---> Shop.StockError: stock is -3\n   at Shop.A.B() in /a.cs:line 1\n   --- End of inner exception stack trace ---\n   at Shop.C.D() in /c.cs:line 2"}""");

        Assert.Equal(("Shop.StockError", "stock is -3"), (read.ErrorClass, read.ErrorMessage));
    }

    [Theory]
    [InlineData("2026-11-20T11:51:00Z ERROR boom", 11, 51)]
    [InlineData("2026-11-20T11:49:00Z ERROR boom", 12, 0)]
    [InlineData("2026-11-20T12:30:00Z ERROR boom", 12, 0)]
    [InlineData("1970-01-01T00:00:00Z ERROR boom", 12, 0)]
    [InlineData("9999-12-31T23:59:59Z ERROR boom", 12, 0)]
    public void A_time_far_from_the_arrival_is_not_believed(string line, int hour, int minute)
    {
        var at = Read(line).At;

        Assert.Equal((hour, minute), (at.Hour, at.Minute));
    }

    [Fact]
    public void Old_lines_that_were_there_before_keep_their_time() =>
        Assert.Equal(9, new EventReader(counts, TimeZoneInfo.Utc).Read("2026-11-20T09:00:00Z ERROR boom"u8, Arrival, isBacklog: true).At.Hour);

    [Theory]
    [InlineData("{\"level\":\"error\",\"message\":\"bo")]
    [InlineData("{}}")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"message\":\"\\ud800\"}")]
    public void Broken_json_is_plain_text_and_counted(string line)
    {
        Assert.Equal(line, Read(line).Raw);
        Assert.Equal(1, counts.BrokenJson);
    }

    [Fact]
    public void Deep_json_does_no_harm()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"http\":", 5_000)) + "1" + new string('}', 5_000);

        Assert.Equal(LogEvent.LongestRaw, Read(deep).Raw.Length);
    }

    [Fact]
    public void Bytes_that_are_not_text_are_replaced_and_counted()
    {
        byte[] line = [.. "2026-11-20T12:00:00Z ERROR "u8, 0xff, 0xfe, 0, .. "boom"u8];

        var read = new EventReader(counts, TimeZoneInfo.Utc).Read(line, Arrival, isBacklog: false);

        Assert.Equal("\uFFFD\uFFFD\uFFFDboom", read.Message["ERROR ".Length..]);
        Assert.Equal((1, 1), (counts.InvalidText, counts.NulBytes));
    }

    private LogEvent Read(string line) => new EventReader(counts, TimeZoneInfo.Utc).Read(Encoding.UTF8.GetBytes(line), Arrival, isBacklog: false);
}
