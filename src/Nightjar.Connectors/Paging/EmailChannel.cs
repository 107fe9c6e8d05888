using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Mail;
using Nightjar.Core.Announcements;
using Nightjar.Core.Proposal;

namespace Nightjar.Connectors.Paging;

/// <summary>Mail by SMTP; with STARTTLS, without which nothing is sent where it is asked for.</summary>
internal sealed class EmailChannel(string name, ImmutableArray<string> to, MailOptions mail) : IPageChannel
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private const int LongestSubject = 200;

    private const int LongestReason = 300;

    public string Name => name;

    public async Task SendAsync(PageNotice notice, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var client = new SmtpClient(mail.Host, mail.Port) { EnableSsl = mail.Tls };
        using var message = new MailMessage { From = new MailAddress(mail.From), Subject = Subject(notice), Body = $"{PageText.Body(notice)}\n\n{notice.Page.Url}\n" };
        if (mail.User is { } user)
        {
            client.Credentials = new NetworkCredential(user, mail.Password?.Reveal());
        }

        // Mail programs show what belongs together by this.
        message.Headers["X-Nightjar-Page"] = Quoting.Plain(notice.Page.Key, LongestSubject);
        foreach (var address in to)
        {
            message.To.Add(new MailAddress(address));
        }

        try
        {
            await client.SendMailAsync(message, either.Token);
        }
        catch (SmtpFailedRecipientException e)
        {
            // The others have it; told again, they would have it twice.
            var refused = e is SmtpFailedRecipientsException several ? several.InnerExceptions : [e];
            if (refused.Length >= to.Length)
            {
                throw new PageFailedException($"{mail.Host}: {Quoting.Plain(refused[0].Message, LongestReason)}", refused.All(r => r.StatusCode == SmtpStatusCode.MailboxUnavailable), e);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new PageFailedException($"{mail.Host} took no mail within {Limit.TotalSeconds:0} s", isFinal: false);
        }
        catch (Exception e) when (e is SmtpException or IOException or System.Security.Authentication.AuthenticationException)
        {
            throw new PageFailedException($"{mail.Host}: {Quoting.Plain(e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message, LongestReason)}", isFinal: false, e);
        }
    }

    private static string Subject(PageNotice notice) => Quoting.Plain(
        notice.Act switch
        {
            PageAct.Trigger => notice.Time == 1 ? notice.Page.Title : string.Create(CultureInfo.InvariantCulture, $"({notice.Time}) {notice.Page.Title}"),
            PageAct.Acknowledge => $"Acknowledged: {notice.Page.Title}",
            PageAct.Resolve => $"Over: {notice.Page.Title}",
        },
        LongestSubject);
}
