using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Core.Proposal;

/// <summary>Opens and edits the draft request of an incident, each effect once. Without a host it does nothing and says so.</summary>
public sealed class RequestDesk(HostOf hosts, ICodeRepositories repositories, Conduct conduct)
{
    /// <summary>Branch names tried before a person is asked: another one means that somebody else uses ours.</summary>
    private const int MostNames = 10;

    /// <summary>The host that may be written to for this service, whatever was opened before; null when none may be.</summary>
    public ICodeHost? HostFor(Service service) =>
        conduct is { Proposals: true, DryRun: false } && service.Repository is not null ? hosts(service) : null;

    /// <summary>The branch with its empty first commit, and the draft request with its Trigger section.</summary>
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

        incident = await NameBranchAsync(incident, service, effects, cancellationToken);
        var branch = RequestNames.Branch(incident);
        var head = await effects.OnceAsync(
            "branch", $"branch-{incident.Occurrence}", $"made branch {branch}",
            async ct => await repositories.HeadOfAsync(service, branch, ct) is { } found ? new Pushed(found) : null,
            ct => FirstCommitAsync(incident, service, branch, ct), cancellationToken);

        var draft = new DraftRequest(
            incident.Id, branch, repository.BaseBranch, RequestNames.Title(incident, investigating: true), RequestBody.Opening(incident, service),
            RequestNames.Labels(incident, RequestNames.Active, RequestNames.Investigating));
        var hosted = await effects.OnceAsync(
            "open-request", $"request-{incident.Occurrence}", $"opened a draft request (host: {host.Name})",
            ct => host.FindAsync(service, branch, ct), ct => host.OpenDraftAsync(service, draft, ct), cancellationToken);
        return incident with { Request = new ReviewRequest(host.Name, hosted.Number, hosted.Url, branch, repository.BaseBranch, hosted.OpenedAt) { Head = head.Commit } };
    }

    /// <summary>Replaces one section of the body, and sets labels and title; nothing when there is no request.</summary>
    public async Task EditAsync(Incident incident, Service service, Effects effects, RequestEdit edit, CancellationToken cancellationToken)
    {
        if (incident.Request is not { } request || HostFor(service) is not { } host)
        {
            return;
        }

        await effects.AtLeastOnceAsync("edit-request", $"{edit.Key}-{incident.Visit}", edit.Why, async ct =>
        {
            var body = (await host.GetAsync(service, request.Number, ct)).Body;
            foreach (var (section, markdown) in edit.Sections)
            {
                body = RequestBody.Replace(body, section, markdown);
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

    /// <summary>The first free branch name; kept, because a kill may come between choosing and making it.</summary>
    private async Task<Incident> NameBranchAsync(Incident incident, Service service, Effects effects, CancellationToken cancellationToken)
    {
        var chosen = await effects.OnceAsync<Named>("name-branch", $"name-{incident.Occurrence}", "chose a free branch name", _ => Task.FromResult<Named?>(null), async ct =>
        {
            for (var occurrence = incident.Occurrence; occurrence < incident.Occurrence + MostNames; occurrence++)
            {
                if (await repositories.HeadOfAsync(service, RequestNames.Branch(incident with { Occurrence = occurrence }), ct) is null)
                {
                    return new Named(occurrence);
                }
            }

            throw new RepositoryException($"{MostNames} branches from {RequestNames.Branch(incident)} on exist already; delete those that are not needed");
        }, cancellationToken);
        return incident with { Occurrence = chosen.Occurrence };
    }

    private async Task<Pushed> FirstCommitAsync(Incident incident, Service service, string branch, CancellationToken cancellationToken)
    {
        await using var clone = await repositories.CloneAsync(service, branch, cancellationToken);
        var commit = await clone.CommitAsync($"incident: {incident.Title}\n\nNightjar incident {incident.Id}, fingerprint {incident.Fingerprint.Hash}.\n", incident.OpenedAt, allowEmpty: true, cancellationToken);
        await clone.PushAsync(null, cancellationToken);
        return new Pushed(commit);
    }

    private sealed record Named(int Occurrence);
}

/// <summary>A commit that is on the remote.</summary>
public sealed record Pushed(string Commit);

/// <summary>What is changed on a request, under a key that makes it happen once.</summary>
public sealed record RequestEdit(string Key, string Why, IReadOnlyList<(string Section, string Markdown)> Sections, IReadOnlyList<string> Labels, string? Title = null);
