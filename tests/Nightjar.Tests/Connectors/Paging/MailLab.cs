using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nightjar.Tests.Connectors.Paging;

/// <summary>A mail server on loopback that speaks as much of SMTP (RFC 5321, STARTTLS of RFC 3207) as a client needs, and keeps what it heard.</summary>
internal sealed class MailLab : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public MailLab()
    {
        listener.Start();
        Certificate = MakeCertificate();
        serving = Task.Run(ServeAsync);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public X509Certificate2 Certificate { get; }

    public bool OffersTls { get; init; }

    /// <summary>The answer to RCPT; 250 takes it.</summary>
    public Func<string, string> Recipient { get; init; } = _ => "250 ok";

    public List<string> Commands { get; } = [];

    public List<string> Mails { get; } = [];

    public bool WasEncrypted { get; private set; }

    public void Dispose()
    {
        stop.Cancel();
        listener.Stop();
        serving.Wait(TimeSpan.FromSeconds(5));
        stop.Dispose();
        Certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                await TalkAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        try
        {
            await SayAsync(stream, "220 lab");
            while (await ReadLineAsync(stream) is { } line)
            {
                lock (Commands)
                {
                    Commands.Add(line);
                }

                switch (line.Split(' ')[0].ToUpperInvariant())
                {
                    case "EHLO":
                        await SayAsync(stream, OffersTls && stream is NetworkStream ? "250-lab\r\n250 STARTTLS" : "250-lab\r\n250 AUTH LOGIN");
                        break;
                    case "STARTTLS":
                        await SayAsync(stream, "220 go on");
                        var secured = new SslStream(stream);
                        await secured.AuthenticateAsServerAsync(Certificate);
                        (stream, WasEncrypted) = (secured, true);
                        break;
                    case "AUTH":
                        await SayAsync(stream, "334 UGFzc3dvcmQ6");
                        Commands.Add(await ReadLineAsync(stream) ?? "");
                        await SayAsync(stream, "235 welcome");
                        break;
                    case "RCPT":
                        await SayAsync(stream, Recipient(line));
                        break;
                    case "DATA":
                        await SayAsync(stream, "354 go on");
                        Mails.Add(await ReadMailAsync(stream));
                        await SayAsync(stream, "250 taken");
                        break;
                    case "QUIT":
                        await SayAsync(stream, "221 bye");
                        return;
                    default:
                        await SayAsync(stream, "250 ok");
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client hung up, which is what some tests are about.
        }
    }

    private static async Task<string> ReadMailAsync(Stream stream)
    {
        var mail = new StringBuilder();
        while (await ReadLineAsync(stream) is { } line && line != ".")
        {
            mail.Append(line).Append('\n');
        }

        return mail.ToString();
    }

    private static Task SayAsync(Stream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n")).AsTask();

    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
