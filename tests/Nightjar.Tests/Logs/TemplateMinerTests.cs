using Nightjar.Logs.Events;
using Nightjar.Logs.Templates;

namespace Nightjar.Tests.Logs;

/// <summary>Lines of one kind are one template, lines of two kinds are two; what a kind is shows in the lines alone.</summary>
public sealed class TemplateMinerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly TemplateMiner miner = new();

    [Theory]
    [InlineData("took 5 ms", "took 17 s")]
    [InlineData("read 0 bytes received", "read 4906 bytes (4.79 KB) received")]
    [InlineData("connection from 24.5.7.2 (host-7.example.net) at Fri Jun 17 07:07:00 2005", "connection from 2.8.3.7 () at Sun Jul 10 07:24:24 2005")]
    [InlineData("opened shop.example.com:443 through proxy", "opened wiki.example.org:80 through proxy")]
    [InlineData("deleting /var/lib/a/b", "deleting /srv/c")]
    [InlineData("GET /v2/servers/detail?all=True&since=2017 done", "GET /v2/x done")]
    [InlineData("fetched https://a.example/x?y=z ok", "fetched http://b.example ok")]
    [InlineData("blocks blk_1 blk_2 blk_3", "blocks blk_9")]
    [InlineData("ids 1, 2, 3 gone", "ids 7 gone")]
    [InlineData("synchronized to LOCAL(0), stratum 10", "synchronized to 10.1.2.3, stratum 3")]
    [InlineData("lifetime <1 sec", "lifetime 00:01")]
    [InlineData("tag=\"View Lock\", ws=null", "tag=\"RILJ\", ws=null")]
    public void Lines_that_differ_only_in_what_varies_are_one_kind(string one, string other)
    {
        Assert.Same(Learn(one), Learn(other));
    }

    [Theory]
    [InlineData("VM Paused", "VM Resumed")]
    [InlineData("crond startup succeeded", "syslogd startup succeeded")]
    [InlineData("\"GET /a HTTP/1.1\" status: 200", "\"POST /a HTTP/1.1\" status: 200")]
    [InlineData("rpc.statd startup", "rpc.idmapd startup")]
    [InlineData("org.apache.spark.Worker started", "org.apache.spark.Master started")]
    [InlineData("don't stop", "don't start")]
    public void Lines_that_say_different_things_are_two_kinds(string one, string other)
    {
        Assert.NotSame(Learn(one), Learn(other));
    }

    [Fact]
    public void A_word_that_has_had_five_values_is_a_value_and_what_was_counted_is_one_count()
    {
        var first = Learn("removing echo");
        foreach (var name in new[] { "time", "klogin", "chargen" })
        {
            Assert.NotSame(first, Learn($"removing {name}"));
        }

        Assert.Same(first, Learn("removing finger"));
        Assert.Same(first, Learn("removing whatever"));
        Assert.Same(first, Learn("removing time"));
        Assert.Equal("removing <*>", Assert.Single(miner.Templates).Text);
        Assert.Equal(7, first.Counts.Between(Noon, Noon.AddMinutes(1)));
        Assert.Equal(first.Key, miner.KeyOf("removing something"));
    }

    [Fact]
    public void Two_words_may_both_turn_out_to_be_values()
    {
        string[] people = ["ann", "bob", "cleo", "dan", "eve", "fay"];
        foreach (var from in people)
        {
            foreach (var to in people)
            {
                Learn($"mail from {from} to {to} sent");
            }
        }

        Assert.Equal("mail from <*> to <*> sent", Assert.Single(miner.Templates).Text);
        Assert.Equal(36, miner.Templates.Single().Counts.Between(Noon, Noon.AddMinutes(1)));
        Assert.Same(miner.Templates.Single(), Learn("mail from gus to hal sent"));
    }

    [Fact]
    public void The_first_word_stays_however_many_there_are()
    {
        foreach (var name in new[] { "crond", "cupsd", "gpm", "hcid", "sdpd", "xfs", "xinetd" })
        {
            Learn($"{name} startup succeeded");
        }

        Assert.Equal(7, miner.Templates.Count());
    }

    [Fact]
    public void A_value_that_is_new_in_every_line_takes_no_memory_for_ever()
    {
        for (var i = 0; i < 5_000; i++)
        {
            Learn($"user {Letters(i)} came in");
        }

        var one = Assert.Single(miner.Templates);
        Assert.Equal((0, 5_000L), (miner.Dropped, one.Counts.Between(Noon, Noon.AddMinutes(1))));
    }

    [Fact]
    public void Lines_of_which_no_two_are_alike_take_no_memory_for_ever_and_what_goes_is_counted()
    {
        // Ten million of them: nightjar bench logs --distinct.
        const int Lines = 20_000;
        for (var i = 0; i < Lines; i++)
        {
            Learn($"{Letters(i)} {Letters(i + 1)} {Letters(i * 3)} {Letters(i * 7)}");
        }

        Assert.Equal((TemplateMiner.MostTemplates, (long)Lines - TemplateMiner.MostTemplates), (miner.Templates.Count(), miner.Dropped));
        Assert.Equal(TemplateMiner.MostTemplates, miner.Keep().Sum(k => k.Keys.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("     ")]
    [InlineData("((((((((((((((")]
    [InlineData("))))]]]]>>>>")]
    [InlineData("<<<<>>>>====,,,,")]
    [InlineData("\0\u202e\ud800 \uffff")]
    [InlineData("'unclosed")]
    [InlineData("/")]
    [InlineData("://")]
    [InlineData("...")]
    [InlineData(".com")]
    public void Anything_is_a_line(string line)
    {
        Assert.Same(Learn(line), Learn(line));
        Assert.Same(Learn(line + new string('(', 2_000)), Learn(line + new string('(', 2_000)));
    }

    private static string Letters(int number) => new([.. Enumerable.Range(0, 4).Select(i => (char)('a' + (number / (int)Math.Pow(26, i) % 26)))]);

    private MinedTemplate Learn(string text) => miner.Learn(new LogEvent { At = Noon, Message = text, Raw = text });
}
