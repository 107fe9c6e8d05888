using Nightjar.Agents.BuiltIn;

namespace Nightjar.Tests.Agents;

public sealed class PatchTests
{
    [Fact]
    public void Lines_are_sorted_by_file()
    {
        var patch = Patch.Parse("""
            commit 1a2b
            Author: +++ b/not-a-file

            diff --git a/src/a.cs b/src/a.cs
            index 1..2 100644
            --- a/src/a.cs
            +++ b/src/a.cs
            @@ -1,2 +1,2 @@ class A
             same
            -old
            +new
            ++++ plus
            diff --git a/b.png b/b.png
            Binary files a/b.png and b/b.png differ
            diff --git a/gone.cs b/gone.cs
            deleted file mode 100644
            --- a/gone.cs
            +++ /dev/null
            @@ -1 +0,0 @@
            -all
            """);

        Assert.Equal(["src/a.cs", "b.png", "gone.cs"], patch.Files.Select(f => f.Path));
        Assert.Equal(["new", "+++ plus"], patch.Of("src/a.cs")?.Added ?? []);
        Assert.Equal(["old"], patch.Of("src/a.cs")?.Removed ?? []);
        Assert.Equal(["all"], patch.Of("gone.cs")?.Removed ?? []);
    }

    [Theory]
    [InlineData("-if(a){b();}\n+if (a)\n+{\n+    b();\n+}", true)]
    [InlineData("-a();\n+b();", false)]
    [InlineData("-first();\n-second();\n+second();\n+first();", false)]
    public void Moved_blanks_are_told_from_changes(string lines, bool formatting) =>
        Assert.Equal(formatting, Patch.Parse($"diff --git a/a.cs b/a.cs\n+++ b/a.cs\n@@ -1 +1 @@\n{lines}").IsFormattingOnly);

    [Theory]
    [InlineData("")]
    [InlineData("\0\0@@\n+x")]
    [InlineData("diff --git \n@@\n+x")]
    public void Nonsense_is_no_patch(string text) => Assert.Empty(Patch.Parse(text).Files);
}
