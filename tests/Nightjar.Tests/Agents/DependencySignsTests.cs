using Nightjar.Agents.BuiltIn;

namespace Nightjar.Tests.Agents;

public sealed class DependencySignsTests
{
    [Theory]
    [InlineData("System.Net.Http.HttpRequestException Connection refused (payments:443)", "refused")]
    [InlineData("Error connect ECONNREFUSED 127.0.0.1:5432", "refused")]
    [InlineData("java.net.UnknownHostException payments.internal", "host name")]
    [InlineData("dial tcp: lookup payments: no such host", "host name")]
    [InlineData("PaymentError Payments at http://p/ answered 503 to a charge", "server error")]
    [InlineData("requests.exceptions.HTTPError 502 Server Error: Bad Gateway", "server error")]
    [InlineData("context deadline exceeded", "in time")]
    [InlineData("TaskCanceledException HttpClient.Timeout of 5 seconds elapsing", "in time")]
    public void An_error_that_points_elsewhere_is_understood(string words, string expected) =>
        Assert.Contains(expected, DependencySigns.In(words), StringComparison.Ordinal);

    [Theory]
    [InlineData("StockMismatchError level is -1")]
    [InlineData("NullReferenceException Object reference not set to an instance of an object")]
    [InlineData("POST /checkout answered 500")]
    [InlineData("order 5023 was not found")]
    [InlineData("")]
    public void Other_errors_say_nothing_of_the_kind(string words) => Assert.Null(DependencySigns.In(words));
}
