using System.Collections.Immutable;
using System.IO.Enumeration;

namespace Nightjar.Core.Healing;

/// <summary>What an agent may run in what runs; nothing unless it is named.</summary>
public sealed record HotFixOptions
{
    /// <summary>Stands at the end of an allowed command for any more words.</summary>
    private const string Rest = "**";

    private const int MostWords = 40;

    private const int LongestWord = 400;

    /// <summary>Characters that a shell would take apart. A program gets its words one by one, without a shell; but many a program hands them to one.</summary>
    private const string Meta = ";|&$`<>(){}[]*?~!#\\\"'";

    /// <summary>Commands, word for word; a <c>*</c> in a word fits anything in it, <c>**</c> at the end any more words.</summary>
    public ImmutableArray<string> Allow { get; init; } = [];

    /// <summary>Whether words may have characters that a shell takes apart.</summary>
    public bool Shell { get; init; }

    /// <summary>Longest that one may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Commands for one incident.</summary>
    public int Most { get; init; } = 5;

    /// <summary>Why a command may not be run; null when it may.</summary>
    public string? WhyNot(ImmutableArray<string> command) => command switch
    {
        { IsDefaultOrEmpty: true } => "there is no command",
        { Length: > MostWords } => $"it has more than {MostWords} words",
        _ when command.Any(w => w.Length > LongestWord) => $"a word of it is longer than {LongestWord} characters",
        _ when command.Any(w => w.Any(char.IsControl)) => "a word of it has line breaks or other characters that cannot be seen",
        _ when !Shell && command.SelectMany(w => w).FirstOrDefault(Meta.Contains) is var character and not '\0' => $"it has the character {character}, which a shell takes apart",
        _ when !Allow.Any(a => Fits(a.Split(' ', StringSplitOptions.RemoveEmptyEntries), command)) => $"it is none that is allowed ({(Allow.IsEmpty ? "none is" : string.Join("; ", Allow))})",
        _ => null,
    };

    private static bool Fits(string[] allowed, ImmutableArray<string> command)
    {
        var isOpen = allowed is [.., Rest];
        var words = isOpen ? allowed[..^1] : allowed;
        return words.Length > 0 && (isOpen ? command.Length >= words.Length : command.Length == words.Length)
            && words.Zip(command).All(p => FileSystemName.MatchesSimpleExpression(p.First, p.Second, ignoreCase: false));
    }
}
