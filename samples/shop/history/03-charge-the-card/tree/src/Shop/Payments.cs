using System.Net.Http.Json;

namespace Shop;

/// <summary>Charges cards.</summary>
public interface IPayments
{
    /// <returns>False when the card was declined.</returns>
    /// <exception cref="PaymentUnavailableError">Nobody could say whether the card is good.</exception>
    Task<bool> ChargeAsync(string card, int cents, CancellationToken cancellationToken);
}

public sealed class PaymentUnavailableError(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Asks the payments service: <c>POST /charges</c>, 200 approved, 402 declined.</summary>
public sealed class PaymentsClient(HttpClient http) : IPayments
{
    public async Task<bool> ChargeAsync(string card, int cents, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(card, cents, cancellationToken);
        return (int)answer.StatusCode switch
        {
            200 => true,
            402 => false,
            var status => throw new PaymentUnavailableError($"Payments at {http.BaseAddress} answered {status} to a charge"),
        };
    }

    private async Task<HttpResponseMessage> AskAsync(string card, int cents, CancellationToken cancellationToken)
    {
        try
        {
            return await http.PostAsJsonAsync("charges", new { card, cents }, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new PaymentUnavailableError($"Payments at {http.BaseAddress} cannot be reached: {error.Message}", error);
        }
    }
}

/// <summary>Approves everything; for a shop on a desk, without a payments service.</summary>
public sealed class AlwaysApproves : IPayments
{
    public Task<bool> ChargeAsync(string card, int cents, CancellationToken cancellationToken) => Task.FromResult(true);
}
