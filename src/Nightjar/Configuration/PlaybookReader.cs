using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Configuration;

/// <summary>What a playbooks folder holds: all of it is sound, or <see cref="Faults"/> say what is not.</summary>
internal sealed record PlaybookFolder(ImmutableArray<Playbook> Playbooks, ImmutableArray<AlertType> AlertTypes, ImmutableArray<string> Faults);

/// <summary>Reads the playbooks and the alert types of a folder. Never throws for what is in the files.</summary>
/// <param name="shipped">Where the alert types are when the folder has none.</param>
/// <param name="services">Whose remedies may be named.</param>
internal sealed class PlaybookReader(string folder, string shipped, IReadOnlyList<Service> services)
{
    public const string AlertTypesFile = "alert-types.yaml";

    /// <summary>Remedies that the shipped playbooks name; a service need not have them.</summary>
    private static readonly string[] WellKnown = ["clear-cache", "reset-connections", "rebuild-image", "clean-disk"];

    /// <summary>A playbook is a page.</summary>
    private const int MostBytes = 64_000;

    private const int MostFiles = 200;

    /// <summary>Changes whenever a file of the folder does.</summary>
    public string Stamp()
    {
        try
        {
            return string.Join('|', Files().Append(AlertTypesPath()).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f}:{File.GetLastWriteTimeUtc(f).Ticks}:{(File.Exists(f) ? new FileInfo(f).Length : 0)}")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    public PlaybookFolder Read()
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var playbooks = ImmutableArray.CreateBuilder<Playbook>();
        var types = ReadTypes(faults);
        string[] files = [];
        try
        {
            files = Files();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{folder}: cannot be read: {e.Message}");
        }

        foreach (var file in files)
        {
            if (ReadOne(file, HealingKeys.Playbook, faults, (playbook, reading) => Check(playbook, types, reading)) is { } playbook)
            {
                playbooks.Add(playbook with { Name = Path.GetFileNameWithoutExtension(file) });
            }
        }

        return new PlaybookFolder(playbooks.ToImmutable(), types, faults.ToImmutable());
    }

    private ImmutableArray<AlertType> ReadTypes(ImmutableArray<string>.Builder faults) => ReadOne(AlertTypesPath(), HealingKeys.Types, faults, Check)?.Types ?? [];

    private static T? ReadOne<T>(string file, Section<T> section, ImmutableArray<string>.Builder faults, Action<T, Reading> check)
        where T : class
    {
        string text;
        try
        {
            if (new FileInfo(file).Length > MostBytes)
            {
                faults.Add($"{file}: is longer than {MostBytes} bytes, which no such file is");
                return null;
            }

            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{file}: cannot be read: {e.Message}");
            return null;
        }

        // No variables: what a playbook says must not depend on where it is read.
        var reading = new Reading(_ => null, Path.GetDirectoryName(file) ?? "/");
        var (root, broken) = YamlTree.Compose(text);
        if (broken is not null || root is null)
        {
            faults.Add((broken ?? new Fault(null, "", "is empty")).In(file));
            return null;
        }

        if (section.TryRead(root, "", reading, out var read))
        {
            check(read, reading);
        }

        faults.AddRange(reading.Faults.OrderBy(f => f.At?.Line).Select(f => f.In(file)));
        return reading.Faults.Count == 0 ? read : null;
    }

    private void Check(Playbook playbook, ImmutableArray<AlertType> types, Reading reading)
    {
        string[] remedies = [.. services.SelectMany(s => s.Remedies).Select(r => r.Name).Concat(WellKnown).Distinct(StringComparer.Ordinal)];
        for (var i = 0; i < playbook.Do.Length; i++)
        {
            var (step, path) = (playbook.Do[i], string.Create(CultureInfo.InvariantCulture, $"do[{i}].action"));
            if (step.Action.Length > 0 && !HealStep.BuiltIn.Contains(step.Action) && !remedies.Contains(step.Action))
            {
                reading.Blame(path, $"{Wording.Quote(step.Action)} is no action, and no service has a remedy of that name{Wording.DidYouMean(step.Action, HealStep.BuiltIn.Concat(remedies))}");
            }
        }

        string[] conditions = [.. Conditions.All, .. types.Select(t => t.Name)];
        foreach (var unknown in playbook.When.Conditions.Where(c => !types.IsEmpty && !conditions.Contains(c)))
        {
            reading.Blame("when.conditions", $"nothing raises the condition {Wording.Quote(unknown)}{Wording.DidYouMean(unknown, conditions)}");
        }

        foreach (var unknown in playbook.When.Services.Where(n => services.All(s => s.Name.Value != n)))
        {
            reading.Blame("when.services", $"there is no service {Wording.Quote(unknown)}{Wording.DidYouMean(unknown, services.Select(s => s.Name.Value))}");
        }
    }

    private static void Check(AlertTypes read, Reading reading)
    {
        for (var i = 0; i < read.Types.Length; i++)
        {
            var (type, path) = (read.Types[i], string.Create(CultureInfo.InvariantCulture, $"types[{i}]"));
            if (read.Types.Take(i).Any(t => t.Name == type.Name))
            {
                reading.Blame($"{path}.name", $"{Wording.Quote(type.Name)} is there already");
            }

            if ((type.HealAt ?? type.EscalateAt) is not null && (type.HealAfter ?? type.EscalateAfter) is not null)
            {
                reading.Blame(path, "counts both moments and time; give heal and escalate, or healAfter and escalateAfter");
            }
            else if (type is { HealAt: null, EscalateAt: null, HealAfter: null, EscalateAfter: null })
            {
                reading.Blame(path, "does nothing: give heal, escalate, healAfter or escalateAfter");
            }
            else if (type.HealAt >= type.EscalateAt || type.HealAfter >= type.EscalateAfter)
            {
                reading.Blame(path, "escalates before it heals");
            }
        }
    }

    private string AlertTypesPath() => Path.Combine(folder, AlertTypesFile) is var own && File.Exists(own) ? own : Path.Combine(shipped, AlertTypesFile);

    private string[] Files() => [.. Directory.EnumerateFiles(folder, "*.yaml").Where(f => Path.GetFileName(f) != AlertTypesFile).Order(StringComparer.Ordinal).Take(MostFiles)];
}
