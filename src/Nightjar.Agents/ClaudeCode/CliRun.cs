using System.Text;
using System.Text.Json;
using Nightjar.Agents.Fence;
using Nightjar.Core.Investigation;

namespace Nightjar.Agents.ClaudeCode;

/// <summary>What a run is to be judged by besides the program's own word.</summary>
/// <param name="IsAnswered">Something valid was submitted.</param>
/// <param name="IsHopeless">Nothing valid will come: the one repair was used up.</param>
/// <param name="MayDecline">To end without an answer, and say why, is an answer too.</param>
internal sealed record CliTask(string Message, string Repair, IReadOnlyList<string> Tools, Func<bool> IsAnswered, Func<bool> IsHopeless, bool MayDecline);

/// <summary>
/// One run of the program, spoken with by stream-json on its standard streams. It counts as a success when the program ended with 0,
/// told a result that is no error, and something valid was submitted: all three.
/// </summary>
internal sealed class CliRun(FencedSession session, Transcript transcript, TimeSpan timeout, TimeProvider clock)
{
    /// <summary>Bytes of one line; a tool's answer is 30,000 characters at most.</summary>
    private const int LongestLine = 16 * 1024 * 1024;

    /// <summary>Between being told to stop and being killed.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(3);

    private const string Interrupt = """{"type":"control_request","request_id":"nightjar-stop","request":{"subtype":"interrupt"}}""";

    private readonly StreamReader output = new(new LineLimit(session.Output, LongestLine), new UTF8Encoding(false), false, 16 * 1024);
    private CliResult? result;

    /// <returns>The program's last words.</returns>
    /// <exception cref="AgentException">It was no success.</exception>
    public async Task<string> RunAsync(CliTask task, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await SayAsync(task.Message, either.Token);
            await ListenAsync(task, either.Token);
            session.Input.Close();
            await DrainAsync(either.Token);
            return Judge(task, await session.EndAsync(either.Token));
        }
        catch (OperationCanceledException)
        {
            await StopAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new AgentException($"the agent did not finish within {timeout.TotalMinutes:0.#} minutes and was stopped");
        }
        catch (IOException e)
        {
            throw new AgentException($"the agent's program ended in the middle: {Errors(e.Message)}", e);
        }
    }

    /// <summary>Until something was submitted, or one repair later it was not.</summary>
    private async Task ListenAsync(CliTask task, CancellationToken cancellationToken)
    {
        var repaired = false;
        while (await NextAsync(cancellationToken) is { } line)
        {
            switch (CliEvent.Read(line))
            {
                case CliStarted started:
                    Check(started, task);
                    break;
                case CliResult ended:
                    result = ended;
                    if (task.IsAnswered() || ended.IsError || repaired)
                    {
                        return;
                    }

                    repaired = true;
                    await SayAsync(task.Repair, cancellationToken);
                    break;
            }

            if (task.IsHopeless())
            {
                await StopAsync();
                throw new AgentException("the agent submitted an answer that does not hold twice");
            }
        }
    }

    /// <summary>The program says what the model may do: if that is not what was asked for, nothing is asked of it.</summary>
    private static void Check(CliStarted started, CliTask task)
    {
        if (started.Broker != "connected")
        {
            throw new AgentException($"the agent's program could not reach Nightjar's tools ({started.Broker})");
        }

        if (started.Tools.FirstOrDefault(t => !task.Tools.Contains(t)) is { } unwanted)
        {
            throw new AgentException($"the agent's program (version {started.Version}) offers the tool {unwanted}, which it was not given; tested is version {ClaudeCodeOptions.TestedVersion}");
        }
    }

    private string Judge(CliTask task, int exitCode)
    {
        if (result is null)
        {
            throw new AgentException($"the agent's program ended with exit code {exitCode} and told no result: {Errors("no message")}");
        }

        if (result.IsError || exitCode != 0)
        {
            throw new AgentException($"the agent's run failed ({result.Subtype}, exit code {exitCode}): {result.Says}");
        }

        return task.IsAnswered() || task.MayDecline ? result.Says : throw new AgentException($"the agent ended without submitting anything: {result.Says}");
    }

    /// <summary>First in the program's own words, so that it can say how it ended; then everything is killed with the fence.</summary>
    private async Task StopAsync()
    {
        using var notice = new CancellationTokenSource(Notice, clock);
        try
        {
            await session.Input.WriteAsync(Encoding.UTF8.GetBytes(Interrupt + "\n"), notice.Token);
            await session.Input.FlushAsync(notice.Token);
            session.Input.Close();
            await DrainAsync(notice.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It is killed next.
        }

        await session.DisposeAsync();
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } line)
        {
            result = CliEvent.Read(line) as CliResult ?? result;
        }
    }

    /// <summary>What begins with a slash would be taken for a command of the program, and prompts are people's to edit.</summary>
    private async Task SayAsync(string text, CancellationToken cancellationToken)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new { type = "user", message = new { role = "user", content = text.StartsWith('/') ? $"Read: {text}" : text } });
        await session.Input.WriteAsync(line, cancellationToken);
        await session.Input.WriteAsync("\n"u8.ToArray(), cancellationToken);
        await session.Input.FlushAsync(cancellationToken);
    }

    private async Task<string?> NextAsync(CancellationToken cancellationToken)
    {
        if (await output.ReadLineAsync(cancellationToken) is not { } line)
        {
            return null;
        }

        await transcript.WriteAsync(line, cancellationToken);
        return line;
    }

    private string Errors(string otherwise) => session.Errors.Trim() is { Length: > 0 } said ? said : otherwise;
}
