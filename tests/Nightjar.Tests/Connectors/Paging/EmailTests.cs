using System.Net;
using Nightjar.Connectors.Paging;
using Nightjar.Core.Announcements;
using Nightjar.Core.Policy;

namespace Nightjar.Tests.Connectors.Paging;

public class EmailTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_is_a_mail_to_each_address()
    {
        using var server = new MailLab();
        await using var lab = await PagingLab.StartAsync();
        await Channel(lab, server, tls: false).SendAsync(PagingLab.Notice(title: "#12 needs you\r\nBcc: mallory@example.com", time: 2), Token);

        var mail = Assert.Single(server.Mails);
        Assert.Contains("Subject: (2) #12 needs you Bcc: mallory@example.com\n", mail, StringComparison.Ordinal);
        Assert.Contains("X-Nightjar-Page: nightjar-6e14cf73-12-tell-NeedsHuman-4\n", mail, StringComparison.Ordinal);
        Assert.Contains("Shall it go on?", mail, StringComparison.Ordinal);
        Assert.Contains("https://nightjar.example.org/incidents/12", mail, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<ann@example.org>", "RCPT TO:<bob@example.org>"], server.Commands.Where(c => c.StartsWith("RCPT", StringComparison.Ordinal)));
        Assert.DoesNotContain(mail.Split('\n'), l => l.StartsWith("Bcc:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_STARTTLS_nothing_is_sent_where_it_is_asked_for()
    {
        using var server = new MailLab();
        await using var lab = await PagingLab.StartAsync();
        await Assert.ThrowsAsync<PageFailedException>(() => Channel(lab, server, tls: true).SendAsync(PagingLab.Notice(), Token));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal) || c.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_refused()
    {
        using var server = new MailLab { OffersTls = true };
        await using var lab = await PagingLab.StartAsync();
        await Assert.ThrowsAsync<PageFailedException>(() => Channel(lab, server, tls: true).SendAsync(PagingLab.Notice(), Token));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Behind_STARTTLS_it_signs_in_and_sends()
    {
        using var server = new MailLab { OffersTls = true };
        await using var lab = await PagingLab.StartAsync();
        var thumbprint = server.Certificate.Thumbprint;
#pragma warning disable SYSLIB0014 // SmtpClient takes no other word on whom to trust; this certificate alone is trusted, and by nobody else.
        ServicePointManager.ServerCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == thumbprint;
        try
        {
            await Channel(lab, server, tls: true).SendAsync(PagingLab.Notice(PageAct.Resolve), Token);
        }
        finally
        {
            ServicePointManager.ServerCertificateValidationCallback = null;
        }
#pragma warning restore SYSLIB0014
        Assert.True(server.WasEncrypted);
        Assert.Contains("Subject: Over: #12 needs you: shop fails", Assert.Single(server.Mails), StringComparison.Ordinal);
        Assert.Contains(server.Commands, c => c.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("550 no such user", true)]
    [InlineData("451 try later", false)]
    public async Task A_recipient_that_is_refused_is_a_failure(string answer, bool isFinal)
    {
        using var server = new MailLab { Recipient = _ => answer };
        await using var lab = await PagingLab.StartAsync();
        var failure = await Assert.ThrowsAsync<PageFailedException>(() => Channel(lab, server, tls: false).SendAsync(PagingLab.Notice(), Token));
        Assert.Equal(isFinal, failure.IsFinal);
        Assert.DoesNotContain("hunter", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_address_that_is_refused_does_not_make_the_others_hear_it_twice()
    {
        using var server = new MailLab { Recipient = line => line.Contains("bob", StringComparison.Ordinal) ? "550 no such user" : "250 ok" };
        await using var lab = await PagingLab.StartAsync();
        await Channel(lab, server, tls: false).SendAsync(PagingLab.Notice(), Token);
        Assert.Single(server.Mails);
    }

    private static IPageChannel Channel(PagingLab lab, MailLab server, bool tls) => lab.Channel(
        new PageStepOptions { Kind = PageStepKind.Email, To = ["ann@example.org", "bob@example.org"] },
        new MailOptions { Host = "localhost", Port = server.Port, From = "nightjar@example.org", Tls = tls, User = tls ? "nightjar" : null, Password = new Secret("hunter") });
}
