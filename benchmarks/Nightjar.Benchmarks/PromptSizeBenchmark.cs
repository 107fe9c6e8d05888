using System.Text;

namespace Nightjar.Benchmarks;

/// <summary>All of the first request of phase 1: the system's words, the tools and the brief.</summary>
internal sealed class PromptSizeBenchmark : IBenchmark
{
    private const int BytesPerToken = 4;

    public string Name => "prompt-size";

    public string Says => "bytes and tokens (bytes / 4) of the first request of phase 1; the program's own default is 76 kB";

    public async Task<IReadOnlyList<Row>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-bench-");
        var (_, requests) = await AgentRuns.InsideAsync(folder.FullName);
        folder.Delete(recursive: true);
        var first = requests[0].Body;
        int Bytes(string part) => Encoding.UTF8.GetByteCount(first[part]?.ToJsonString() ?? "");
        var all = Encoding.UTF8.GetByteCount(first.ToJsonString());
        return
        [
            new Row("all of the first request of phase 1", all, "bytes", "less than 20,000", all < 20_000),
            new Row("the same in tokens", all / BytesPerToken, "tokens"),
            new Row("of it the brief", Bytes("messages"), "bytes"),
            new Row("of it the system's words", Bytes("system"), "bytes"),
            new Row("of it the tools", Bytes("tools"), "bytes"),
        ];
    }
}
