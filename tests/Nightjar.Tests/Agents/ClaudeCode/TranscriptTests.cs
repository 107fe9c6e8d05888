using System.Text.Json.Nodes;
using Nightjar.Agents.ClaudeCode;
using Nightjar.Core.Incidents;

namespace Nightjar.Tests.Agents.ClaudeCode;

public sealed class TranscriptTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-transcript-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Each_attempt_has_a_file_of_its_own_that_only_the_owner_reads()
    {
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await using var transcript = Transcript.Open(folder.FullName, new IncidentId(7), "propose");
            await transcript.WriteAsync($"{attempt}", CancellationToken.None);
            Assert.Equal(attempt, transcript.Attempt);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(transcript.Path));
        }

        Assert.Equal(["1\n", "2\n", "3\n"], Enumerable.Range(1, 3).Select(a => File.ReadAllText(Path.Combine(folder.FullName, "7", $"propose-{a}.jsonl"))));
    }

    [Theory]
    [InlineData("""{"type":"result","result":"fine é \u00e9"}""", null)]
    [InlineData("""{"a":"{\"password\":\"hunter2\"} password=hunter2\" and more"}""", "and more")]
    [InlineData("""{"password":"hunter2","n":[{"x":"api_key: hunter2"}]}""", "[masked]")]
    [InlineData("""{"text":"-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"}""", "[masked]")]
    public void A_masked_line_is_still_JSON(string line, string? part)
    {
        var masked = MaskedLine.Of(line);

        Assert.NotNull(JsonNode.Parse(masked));
        Assert.Equal(part is null, masked == line);
        Assert.Contains(part ?? "fine", masked, StringComparison.Ordinal);
        Assert.DoesNotContain("=hunter2", masked, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_no_JSON_is_masked_too() => Assert.Equal("password=[masked]", MaskedLine.Of("password=hunter2"));
}
