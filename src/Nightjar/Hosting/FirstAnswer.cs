using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Hosting;

/// <summary>What the first of them saw who looks at a thing of that name.</summary>
internal sealed class FirstAnswer(ImmutableArray<IProbeAnswers> answers) : IProbeAnswers
{
    public DateTimeOffset? LastWell(ServiceName service, string probe) => answers.Select(a => a.LastWell(service, probe)).FirstOrDefault(a => a is not null);
}
