using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Logs.Sources;

/// <summary>A source that gives what a test tells it to: each step is a batch, an end or a failure.</summary>
internal sealed class ScriptedSource(string name = "scripted") : ILineSource
{
    private readonly Channel<object> steps = Channel.CreateUnbounded<object>();

    public static readonly ServiceName Shop = new("shop");

    public ServiceName Service => Shop;

    public string Name => name;

    /// <summary>The marks that each following began with.</summary>
    public List<IReadOnlyDictionary<string, string>> Followed { get; } = [];

    public void Give(string stream, string? mark, params string[] lines) => Give(Batch(stream, mark, lines));

    public void Give(LineBatch batch) => steps.Writer.TryWrite(batch);

    public void Fail(string why) => steps.Writer.TryWrite(new IOException(why));

    public void End() => steps.Writer.TryWrite("end");

    public static LineBatch Batch(string stream, string? mark, params string[] lines) =>
        new(stream, [.. lines.Select(l => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(l))], mark);

    public async IAsyncEnumerable<LineBatch> FollowAsync(IReadOnlyDictionary<string, string> marks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Followed.Add(marks);
        await foreach (var step in steps.Reader.ReadAllAsync(cancellationToken))
        {
            switch (step)
            {
                case LineBatch batch:
                    yield return batch;
                    break;
                case Exception e:
                    throw e;
                default:
                    yield break;
            }
        }
    }
}
