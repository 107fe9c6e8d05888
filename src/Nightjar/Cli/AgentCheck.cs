using System.Net.Http.Headers;
using Nightjar.Agents.ClaudeCode;
using Nightjar.Agents.Gateway;
using Nightjar.Configuration;
using Nightjar.Hosting;

namespace Nightjar.Cli;

/// <summary>The lines of <c>nightjar check</c> about the agent: which one works, its program, its key.</summary>
internal static class AgentCheck
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<CheckLine>> RunAsync(NightjarOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var plan = AgentPlan.Of(options);
        if (!plan.IsClaudeCode)
        {
            return [CheckLine.Ok("agent", plan.Says)];
        }

        var line = plan.IsReady ? CheckLine.Ok("agent", plan.Says) : CheckLine.Warn("agent", plan.Says, "until then incidents wait in their investigation, and a person is paged");
        return [line, await ProgramAsync(options.Agent, cancellationToken), await ModelAsync(options.Agent, clock, cancellationToken)];
    }

    private static async Task<CheckLine> ProgramAsync(AgentOptions options, CancellationToken cancellationToken) =>
        await CliProgram.FindAsync(options.Program, cancellationToken) switch
        {
            null => CheckLine.Fail("agent: program", $"there is no working program {options.Program}", $"npm install -g @anthropic-ai/claude-code@{ClaudeCodeOptions.TestedVersion}, or set agent.program"),
            { Version: ClaudeCodeOptions.TestedVersion } program => CheckLine.Ok("agent: program", $"{program.Path}, version {program.Version}"),
            var program => CheckLine.Warn("agent: program", $"{program.Path} is version {program.Version}; Nightjar was tried with {ClaudeCodeOptions.TestedVersion}", $"if runs fail, install that one: npm install -g @anthropic-ai/claude-code@{ClaudeCodeOptions.TestedVersion}"),
        };

    /// <summary>Asks for the list of models: that costs nothing, and tells whether the key is taken.</summary>
    private static async Task<CheckLine> ModelAsync(AgentOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        const string what = "agent: model";
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var limit = new CancellationTokenSource(LongestAnswer, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.Url, $"{options.Url.AbsolutePath.TrimEnd('/')}/v1/models"));
        request.Headers.Add("anthropic-version", "2023-06-01");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Nightjar", NightjarDaemon.Version));
        try
        {
            var access = AgentSetup.Access(options, clock);
            await access.AddToAsync(request, either.Token);
            using var answer = await http.SendAsync(request, either.Token);
            return (int)answer.StatusCode switch
            {
                200 => CheckLine.Ok(what, $"{options.Url.Host} takes {access.Says}"),
                401 or 403 => CheckLine.Fail(what, $"{options.Url.Host} does not take {access.Says} ({(int)answer.StatusCode})", "put a valid one there"),
                var status => CheckLine.Warn(what, $"{options.Url.Host} answers {status} to the question for its models", "the key could not be proven; see whether agent.url is right"),
            };
        }
        catch (ModelAccessException e)
        {
            return CheckLine.Fail(what, e.Message, "give a key, or set agent.kind to built-in");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return CheckLine.Warn(what, $"{options.Url.Host} cannot be reached: {(e is HttpRequestException ? e.Message : "no answer in time")}", "see whether this machine may reach it; incidents wait and are tried again meanwhile");
        }
    }
}
