using Nightjar.Core.Policy;

namespace Nightjar.Tests.Configuration;

public sealed class VariablesTests
{
    [Theory]
    [InlineData("${A}", "one")]
    [InlineData("x${A}y${B}", "xoneytwo")]
    [InlineData("${NONE:-other}", "other")]
    [InlineData("${EMPTY:-other}", "other")]
    [InlineData("${A:-other}", "one")]
    [InlineData("$${A}", "${A}")]
    [InlineData("$A $ $$ $(A)", "$A $ $$ $(A)")]
    [InlineData("${NESTED}", "${A}")]
    public void Values_are_filled_once(string written, string read) =>
        Assert.Equal(read, Yaml.Options($"services: [{{name: '{written}'}}]", ("A", "one"), ("B", "two"), ("EMPTY", ""), ("NESTED", "${A}")).Services[0].Name.Value);

    [Theory]
    [InlineData("shop\nmode: autonomous")]
    [InlineData("shop\", logs: \"/etc/passwd")]
    [InlineData("shop}]\nmode: autonomous #")]
    [InlineData("*anchor")]
    [InlineData("[a, b]")]
    [InlineData("null")]
    public void What_a_variable_holds_never_becomes_structure(string value)
    {
        var options = Yaml.Options("mode: observe\nservices:\n  - name: ${NAME}\n", ("NAME", value));

        Assert.Equal(value, Assert.Single(options.Services).Name.Value);
        Assert.Equal(Mode.Observe, options.Conduct.Mode);
        Assert.Empty(options.Services[0].Logs);
    }

    [Fact]
    public void A_variable_in_a_key_is_not_filled() =>
        Assert.Equal(["nightjar.yaml:2:1: there is no key ${KEY}"], Yaml.Faults("services: [{name: a}]\n${KEY}: observe\n", ("KEY", "mode")));

    [Fact]
    public void A_variable_can_hold_any_kind_of_single_value()
    {
        var options = Yaml.Options("tries: ${TRIES}\ncoolDown: ${FOR:-2h}\nproposals: ${PROPOSE}\nservices: [{name: a}]", ("TRIES", "7"), ("PROPOSE", "off"));

        Assert.Equal(new Conduct { Tries = 7, CoolDown = TimeSpan.FromHours(2), Proposals = false }, options.Conduct);
    }
}
