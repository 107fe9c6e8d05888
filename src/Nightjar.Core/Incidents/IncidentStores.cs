namespace Nightjar.Core.Incidents;

/// <summary>The parts of the store that hold incidents; they go together wherever an incident moves.</summary>
public sealed record IncidentStores(IIncidents Incidents, IFolds Folds, IInbox Inbox, IJournal Journal, IFingerprintLedger Ledger);
