using System.Security.Cryptography;
using System.Text;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Core.Proposal;

/// <summary>Opens and edits the draft request of an incident, each effect once. Without a host it does nothing and says so.</summary>
public sealed class RequestDesk(HostOf hosts, ICodeRepositories repositories, Conduct conduct, RequestQueue queue)
{
    /// <summary>Branch names tried before a person is asked: another one means that somebody else uses ours.</summary>
    private const int MostNames = 10;

    /// <summary>The host that may be written to for this service, whatever was opened before; null when none may be.</summary>
    public ICodeHost? HostFor(Service service) =>
        conduct is { Proposals: true, DryRun: false } && service.Repository is not null ? hosts(service) : null;

    /// <summary>The branch with its empty first commit, and the draft request with its Trigger section.</summary>
    /// <exception cref="RequestWaitsException">People have requests enough for now.</exception>
    public async Task<Incident> OpenAsync(Incident incident, Service service, Effects effects, CancellationToken cancellationToken)
    {
        if (service.Repository is not { } repository)
        {
            return incident;
        }

        if (HostFor(service) is not { } host)
        {
            var why = conduct.DryRun ? "dry run: would open a draft request on branch " + RequestNames.Branch(incident) : "no draft request: proposals are off or there is no code host";
            await effects.NoteAsync("request", why, cancellationToken);
            return incident;
        }

        if (incident.Request is { } known)
        {
            if ((await host.GetAsync(service, known.Number, cancellationToken)).State == HostedState.Open)
            {
                return incident;
            }

            incident = incident.Anew();
        }

        if (await queue.AskAsync(incident, cancellationToken) is { } refusal)
        {
            throw new RequestWaitsException(incident with { RequestWaits = refusal.Why }, refusal);
        }

        var name = await NameBranchAsync(incident, service, host, effects, cancellationToken);
        incident = incident with { Occurrence = name.Occurrence };
        var branch = RequestNames.Branch(incident);
        var head = await effects.OnceAsync(
            "branch", $"branch-{incident.Occurrence}", name.IsTaken ? $"took over branch {branch}" : $"made branch {branch}", HeadAsync,
            async ct => (name.IsTaken ? await HeadAsync(ct) : null) ?? await FirstCommitAsync(incident, service, branch, ct), cancellationToken);

        var draft = new DraftRequest(
            incident.Id, branch, repository.BaseBranch, RequestNames.Title(incident, investigating: true), RequestBody.Opening(incident, service),
            RequestNames.Labels(incident, RequestNames.Active, RequestNames.Investigating));
        var hosted = await effects.OnceAsync(
            "open-request", $"request-{incident.Occurrence}", name.IsTaken ? $"took over the request that is open (host: {host.Name})" : $"opened a draft request (host: {host.Name})", FindAsync,
            async ct => (name.IsTaken ? await FindAsync(ct) : null) ?? await host.OpenDraftAsync(service, draft, ct), cancellationToken);
        return incident with { RequestWaits = null, Request = new ReviewRequest(host.Name, hosted.Number, hosted.Url, branch, repository.BaseBranch, hosted.OpenedAt) { Head = head.Commit } };

        async Task<Pushed?> HeadAsync(CancellationToken ct) => await repositories.HeadOfAsync(service, branch, ct) is { } found ? new Pushed(found) : null;
        Task<HostedRequest?> FindAsync(CancellationToken ct) => host.FindAsync(service, branch, ct);
    }

    /// <summary>The request's body as it stands, with what people wrote into it; null when there is no request.</summary>
    public async Task<string?> BodyAsync(Incident incident, Service service, CancellationToken cancellationToken) =>
        incident.Request is { } request && HostFor(service) is { } host ? (await host.GetAsync(service, request.Number, cancellationToken)).Body : null;

    /// <summary>Replaces one section of the body, and sets labels and title; nothing when there is no request.</summary>
    public async Task EditAsync(Incident incident, Service service, Effects effects, RequestEdit edit, CancellationToken cancellationToken)
    {
        if (incident.Request is not { } request || HostFor(service) is not { } host)
        {
            return;
        }

        await effects.AtLeastOnceAsync("edit-request", $"{edit.Key}-{incident.Visit}", edit.Why, async ct =>
        {
            var body = edit.Sections.Count == 0 ? null : (await host.GetAsync(service, request.Number, ct)).Body;
            foreach (var (section, markdown) in edit.Sections)
            {
                body = RequestBody.Replace(body ?? "", section, markdown);
            }

            await host.EditAsync(service, request.Number, edit.Title, body, [.. RequestNames.Labels(incident, [.. edit.Labels])], ct);
        }, cancellationToken);
    }

    public async Task CommentAsync(Incident incident, Service service, Effects effects, string key, string markdown, CancellationToken cancellationToken)
    {
        if (incident.Request is not { } request || HostFor(service) is not { } host)
        {
            return;
        }

        await effects.OnceAsync(
            "comment", key, $"commented on request {request.Number}",
            async ct => await host.HasCommentAsync(service, request.Number, key, ct) ? new Pushed(key) : null,
            async ct =>
            {
                await host.CommentAsync(service, request.Number, key, markdown, ct);
                return new Pushed(key);
            }, cancellationToken);
    }

    /// <summary>One comment under a key, with another text each time.</summary>
    public async Task RewriteCommentAsync(Incident incident, Service service, Effects effects, string key, string markdown, CancellationToken cancellationToken)
    {
        if (incident.Request is not { } request || HostFor(service) is not { } host)
        {
            return;
        }

        var text = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(markdown)).AsSpan(0, 8));
        await effects.AtLeastOnceAsync("comment", $"{key}-{incident.Occurrence}-{text}", $"told of repeats on request {request.Number}", ct => host.CommentAsync(service, request.Number, key, markdown, ct), cancellationToken);
    }

    /// <summary>
    /// The branch of a request that is open for this problem already (our store may be younger than it), else the first free name.
    /// Kept, because a kill may come between choosing and making it.
    /// </summary>
    private Task<Named> NameBranchAsync(Incident incident, Service service, ICodeHost host, Effects effects, CancellationToken cancellationToken) =>
        effects.OnceAsync<Named>("name-branch", $"name-{incident.Occurrence}", "chose a branch name", _ => Task.FromResult<Named?>(null), async ct =>
        {
            var open = await host.FindByLabelsAsync(service, RequestNames.Labels(incident, RequestNames.Active), ct);
            if (open is not null && RequestNames.OccurrenceOf(incident, open.Branch) is { } taken)
            {
                return new Named(taken, IsTaken: true);
            }

            for (var occurrence = incident.Occurrence; occurrence < incident.Occurrence + MostNames; occurrence++)
            {
                if (await repositories.HeadOfAsync(service, RequestNames.Branch(incident with { Occurrence = occurrence }), ct) is null)
                {
                    return new Named(occurrence);
                }
            }

            throw new RepositoryException($"{MostNames} branches from {RequestNames.Branch(incident)} on exist already; delete those that are not needed");
        }, cancellationToken);

    private async Task<Pushed> FirstCommitAsync(Incident incident, Service service, string branch, CancellationToken cancellationToken)
    {
        await using var clone = await repositories.CloneAsync(service, branch, cancellationToken);
        var commit = await clone.CommitAsync($"incident: {incident.Title}\n\nNightjar incident {incident.Id}, fingerprint {incident.Fingerprint.Hash}.\n", incident.OpenedAt, allowEmpty: true, cancellationToken);
        await clone.PushAsync(null, cancellationToken);
        return new Pushed(commit);
    }

    private sealed record Named(int Occurrence, bool IsTaken = false);
}

/// <summary>The request of this incident may not be opened now; nothing was done.</summary>
internal sealed class RequestWaitsException(Incident incident, RequestRefusal refusal) : Exception(refusal.Why)
{
    /// <summary>As it is to go on, with the reason.</summary>
    public Incident Incident { get; } = incident;

    public RequestRefusal Refusal { get; } = refusal;
}

/// <summary>A commit that is on the remote.</summary>
public sealed record Pushed(string Commit);

/// <summary>What is changed on a request, under a key that makes it happen once.</summary>
public sealed record RequestEdit(string Key, string Why, IReadOnlyList<(string Section, string Markdown)> Sections, IReadOnlyList<string> Labels, string? Title = null);
